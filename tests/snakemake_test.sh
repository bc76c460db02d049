#!/bin/sh
# The Snakefile's loci are those of one process, also after snakemake was killed in the middle. Where Slurm is installed and
# answers, chunks are jobs of it.
#   tests/snakemake_test.sh PROGRAM
# Exit code 77: snakemake is not installed.
set -eu
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
command -v snakemake >/dev/null || { echo "snakemake is not installed: skipped"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
awk 'BEGIN { srand(7); for (c = 1; c <= 2; ++c) { print ">contig" c; for (l = 0; l < 3400; ++l) { s = "";
     for (k = 0; k < 60; ++k) s = s substr("ACGT", 1 + int(4 * rand()), 1); print s } } }' > genome.fa
options="-m shape --min-probability 0.5 --decoy-share 0"
"$program" scan genome.fa $options -q -o whole.tsv --gff3 whole.gff3 --bed-out whole.bed
submit=""
if command -v sbatch >/dev/null && sinfo >/dev/null 2>&1; then
  submit="--cluster 'sbatch -c {threads}' --jobs 2"
else
  echo "Slurm is not installed, or does not answer: chunks run on this machine"
fi
run() {
  eval snakemake -s "'$here/../workflows/snakemake/Snakefile'" --cores 2 $submit --rerun-incomplete --quiet \
    --config genome=genome.fa chunks=5 "stemloop='$program'" "'options=$options'" threads=1
}
run >log 2>&1 & snakes=$!
sleep 4
kill -9 $snakes 2>/dev/null || true
pkill -9 -P $snakes 2>/dev/null || true
sleep 1
snakemake -s "$here/../workflows/snakemake/Snakefile" --unlock --config genome=genome.fa >/dev/null 2>&1 || true
run >log 2>&1 || { cat log; exit 1; }
for kind in tsv gff3 bed; do cmp "whole.$kind" "loci.$kind"; done
echo "the workflow's loci are those of one process"
