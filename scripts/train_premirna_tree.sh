#!/usr/bin/env bash
# Trains what describes hairpins beside the calls of models/premirna again: a DIVA network on the hairpins that the classifier cuts
# out of its training table, from the weights of the published protocol's network, and the latent tree on it. Three quarters of an hour
# on two cores; it goes on where it stood if it is started again.
#   scripts/train_premirna_tree.sh [OUT [RUN]]
# OUT is the tree's directory (default models/premirna/tree), RUN (default build/world) has train.tsv.gz of scripts/world_data.py
# and keeps table, checkpoint and log.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-models/premirna/tree}
run=${2:-build/world}
export PATH="$PWD/build/release/bin:$PATH"

[ -e "$run/hairpins.tsv" ] || scripts/world_hairpins.py "$run/train.tsv.gz" "$run/hairpins.tsv"
if [ -e "$run/tree/run.json" ]; then
  stemloop train --resume "$run/tree"
else
  stemloop train diva --tsv "$run/hairpins.tsv" --split part --init models/premirna-modmirbase/network --epochs 4 --warmup 0 \
    --beta 0.004 --rate 1e-3 --mutate 0.05 --graft 0.3 --even-lengths 0.3 --counterfactual 0.15 --clip 300 --run "$run/tree"
fi
stemloop model train "$out" --network "$run/tree/model" --tsv "$run/hairpins.tsv" --split part --balanced
stemloop evaluate classifier -m "$out" --tsv "$run/hairpins.tsv" --split part --part test
