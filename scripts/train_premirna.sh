#!/usr/bin/env bash
# Trains the shipped classifier of pre-miRNAs again: its network in two runs, then tree, boosted trees and calibration.
# About three hours on two cores. Every step goes on where it stood if the script is started again.
#   scripts/train_premirna.sh [DATA [OUT [RUNS]]]
# DATA holds public_train.tsv.gz (default ../shared/data/modmirbase), OUT is the model's directory (default
# models/premirna), RUNS keeps checkpoints and logs (default runs/premirna).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data/modmirbase}/public_train.tsv.gz
out=${2:-models/premirna}
runs=${3:-runs/premirna}
export PATH="$PWD/build/release/bin:$PATH"

train() {
  local run=$1
  shift
  if [ -e "$run/run.json" ]; then
    stemloop train --resume "$run"
  else
    stemloop train diva --tsv "$data" --params turner2004-vienna2.1 --no-letter-code --clip 300 --run "$run" \
      "$@"
  fi
}

mkdir -p "$runs"
train "$runs/first" --epochs 12 --warmup 3 --beta 0.02 --rate 1.5e-3
train "$runs/second" --init "$runs/first/model" --epochs 18 --warmup 0 --beta 0.005 --rate 1e-3 --mutate 0.03
stemloop model train "$out" --network "$runs/second/model" --tsv "$data" --balanced
stemloop model verify "$out"
