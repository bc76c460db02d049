#!/usr/bin/env bash
# Trains the shipped model of mirtrons again: its table out of the data folder, trees, calibration and figures out of fold.
# Minutes on two cores; no libtorch. The same data, options and XGBoost give the same model.
#   scripts/train_mirtron.sh [DATA [OUT [RUN]]]
# DATA is the data folder (default ../shared/data), OUT the model's directory (default models/mirtron), RUN keeps table and
# calls of all records out of fold (default build/mirtron). The networks of cuts are those of models/premirna, copied into OUT.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
out=${2:-models/mirtron}
run=${3:-build/mirtron}
for build in core release; do
  export PATH="$PWD/build/$build/bin:$PATH"
done
mkdir -p "$run"

scripts/mirtron_data.py "$data" "$run/train.tsv.gz"
stemloop model train "$out" --family mirtron --tsv "$run/train.tsv.gz" --calls "$run/calls.tsv"
stemloop model verify "$out"
bench/mirtron_world.py "$run/calls.tsv" "$data"
