#!/usr/bin/env bash
# Trains the shipped model of mirtrons again: calibration and figures out of fold, then the trees. Minutes on two cores;
# the same data, options and XGBoost give the same model.
#   scripts/train_mirtron.sh [DATA [OUT]]
# DATA holds rna_sequences.tsv.gz (default ../shared/data/gennus), OUT is the model's directory (default models/mirtron).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data/gennus}/rna_sequences.tsv.gz
out=${2:-models/mirtron}
export PATH="$PWD/build/release/bin:$PATH"

# The energy parameters of models/premirna, so that classify --three-way folds once for both.
stemloop model train "$out" --family mirtron --tsv "$data" --label-column mirtron --params turner2004-vienna2.1
stemloop model verify "$out"
