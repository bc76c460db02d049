#!/usr/bin/env bash
# Trains the shipped classifier of precursors again: its table out of the data folder, networks of cuts, trees, calibration.
# Half an hour on two cores; no libtorch. The networks are kept in RUN, so that trees can be grown again without them.
#   scripts/train_premirna.sh [DATA [OUT [RUN]]]
# DATA is the data folder (default ../shared/data), OUT the model's directory (default models/premirna), RUN keeps table,
# networks and the calls of all records out of fold (default build/world).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
out=${2:-models/premirna}
run=${3:-build/world}
for build in core release; do
  export PATH="$PWD/build/$build/bin:$PATH"
done
mkdir -p "$run"

[ -e "$run/train.tsv.gz" ] || scripts/world_data.py "$data" "$run/train.tsv.gz"
stemloop model train "$out" --family precursor --tsv "$run/train.tsv.gz" --network "$run/nets" --calls "$run/calls.tsv"
# What generate and embed take when they are given this model's name.
[ -e "$out/network" ] || cp -r models/premirna-modmirbase/network "$out/network"
stemloop model verify "$out"
bench/world.py "$run/calls.tsv"
