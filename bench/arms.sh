#!/usr/bin/env bash
# The table of docs/arms.md: how right the shipped model's cuts are, on every set of the data folder.
#   bench/arms.sh [DATA [MODEL]]        (default ../shared/data, models/arms)
# Needs build/release (targets arms_bench and stemloop).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
model=${2:-models/arms}
export PATH="$PWD/build/release/bin:$PATH"
tables=$(mktemp -d)
trap 'rm -r "$tables"' EXIT

scripts/arms_data.py "$data" "$tables"
build/release/bench/arms_bench "$data" "$model" "$tables/train.tsv"
