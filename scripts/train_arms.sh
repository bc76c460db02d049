#!/usr/bin/env bash
# Trains the shipped model of cuts again: tables out of the data folder, then the networks; no libtorch.
# The same data and options give the same weights on the same instruction set, whatever the threads.
#   scripts/train_arms.sh [DATA [OUT]]
# DATA holds mirbase/, mirgenedb21/ and deepmircut/ (default ../shared/data), OUT is the model's directory (default
# models/arms).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
out=${2:-models/arms}
for build in core release; do
  export PATH="$PWD/build/$build/bin:$PATH"
done
tables=$(mktemp -d)
trap 'rm -r "$tables"' EXIT

scripts/arms_data.py "$data" "$tables"
stemloop train arms --tsv "$tables/train.tsv" --validation "$tables/valid.tsv" --model "$out"
