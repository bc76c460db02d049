#!/usr/bin/env bash
# Trains the shipped classifier of pre-miRNAs again: its network, then tree, boosted trees and calibration.
# About an hour on two cores. It goes on where it stood if the script is started again.
#   scripts/train_premirna_modmirbase.sh [DATA [OUT [RUN]]]
# DATA holds public_train.tsv.gz (default ../shared/data/modmirbase), OUT is the model's directory (default
# models/premirna-modmirbase), RUN keeps checkpoint and log (default runs/premirna).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data/modmirbase}/public_train.tsv.gz
out=${2:-models/premirna-modmirbase}
run=${3:-runs/premirna}
export PATH="$PWD/build/release/bin:$PATH"

if [ -e "$run/run.json" ]; then
  stemloop train --resume "$run"
else
  stemloop train diva --tsv "$data" --params turner2004-vienna2.1 --epochs 24 --warmup 2 --beta 0.004 --mutate 0.05 \
    --graft 0.5 --even-lengths 0.7 --counterfactual 0.15 --clip 300 --rate 2e-3 --run "$run"
fi
stemloop model train "$out" --network "$run/model" --tsv "$data" --balanced
stemloop model verify "$out"
