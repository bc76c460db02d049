#!/usr/bin/env bash
# Runs every `stemloop` line of README.md's shell blocks as it stands.
#   tests/readme_test.sh FOLDER_OF_STEMLOOP
set -euo pipefail
. "$(dirname "$0")/run_commands.sh"
run_commands "$1" 20 README.md
wrote folds.tsv folds.json pairs.tsv samples.tsv loops.tsv mir-21.png hairpins.safetensors sheet.png features.tsv back.fa \
  calls.tsv why-mir-21.png loci.tsv loci.gff3 three-way.tsv more.fa quality.tsv quality.png
