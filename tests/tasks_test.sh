#!/usr/bin/env bash
# Runs every `stemloop` line of the shell blocks of the nine jobs and of the five task pages as it stands.
#   tests/tasks_test.sh FOLDER_OF_STEMLOOP
set -euo pipefail
. "$(dirname "$0")/run_commands.sh"
run_commands "$1" 25 docs/tasks.md docs/tasks/{score,scan,explain,draw,train}.md
wrote candidates.tsv candidates.html candidates.pdf qc/stemloop_table_mqc.tsv loci.tsv loci.gff3 loci.html \
  my-mirtrons/config.json my-mirtrons.tsv clade/config.json calls.tsv why.pdf others.txt folds.json hairpins.ct sheet.png back.fa \
  arms.tsv arms.gff3 designed.fa shrna.fa figure.png supplement.pdf rare.tsv rare.html why.png ladder.svg synthetic.fa quality.png
