#!/usr/bin/env bash
# The Snakefile's loci are those of one process, also after the work was killed in the middle: on this machine, then on a
# Slurm of one node that is brought up for it (one_node_slurm.sh).
#   tests/snakemake_test.sh PROGRAM
# Exit code 77: snakemake is not installed. Without Slurm the second half is left out, with a word.
set -euo pipefail
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
command -v snakemake >/dev/null || { echo "snakemake is not installed: skipped"; exit 77; }
# shellcheck source=tests/one_node_slurm.sh
. "$here/one_node_slurm.sh"
folder=$(mktemp -d)
trap 'stop_slurm; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
awk 'BEGIN { srand(7); for (c = 1; c <= 2; ++c) { print ">contig" c; for (l = 0; l < 10000; ++l) { s = "";
     for (k = 0; k < 60; ++k) s = s substr("ACGT", 1 + int(4 * rand()), 1); print s } } }' > genome.fa
options="-m shape --min-probability 0.5 --decoy-share 0"
"$program" scan genome.fa $options -q -o whole.tsv --gff3 whole.gff3 --bed-out whole.bed

run() { # more arguments of snakemake
  snakemake -s "$here/../workflows/snakemake/Snakefile" --cores 2 --rerun-incomplete --nolock "$@" \
    --config genome=genome.fa chunks=4 stemloop="$program" options="$options" threads=1
}
wait_for_a_part() {
  for _ in $(seq 600); do
    [ -n "$(find loci.parts -name '*.part' -size +4k 2>/dev/null)" ] && return
    sleep 0.1
  done
  echo "no chunk began within 60 s"; cat log; exit 1
}
check() {
  for kind in tsv gff3 bed; do cmp "whole.$kind" "loci.$kind"; done
  echo "$1: the workflow's loci are those of one process"
}

set -m  # a job is a group of processes, which can be killed as a whole
run >log 2>&1 & snakes=$!
set +m
wait_for_a_part
kill -9 -- "-$snakes"
wait "$snakes" 2>/dev/null || true
[ ! -e loci.tsv ] || { echo "killed too late"; exit 1; }
run >log 2>&1 || { cat log; exit 1; }
check "this machine, killed in the middle"
rm -rf loci.* .snakemake

if ! start_slurm "$folder/slurm"; then
  echo "Slurm: $slurm_fault; that half is left out"
  exit 0
fi
# At most once a job is sent again: the one that is cancelled.
set -m
run --cluster 'sbatch --parsable -c {threads} --mem={resources.mem_mb}' --jobs 2 --latency-wait 20 --restart-times 0 >log 2>&1 & snakes=$!
set +m
wait_for_a_part
cancelled=$(squeue -h -t R -o %i | head -n 1)
scancel --signal=KILL "$cancelled"
kill -9 -- "-$snakes" 2>/dev/null || true
wait "$snakes" 2>/dev/null || true
scancel --user=root 2>/dev/null || true
[ ! -e loci.tsv ] || { echo "cancelled too late"; exit 1; }
for _ in $(seq 100); do [ -z "$(squeue -h)" ] && break; sleep 0.2; done
set -m
run --cluster 'sbatch --parsable -c {threads} --mem={resources.mem_mb}' --jobs 2 --latency-wait 20 >log 2>&1 & snakes=$!
set +m
wait "$snakes" || { cat log; exit 1; }
kill -9 -- "-$snakes" 2>/dev/null || true  # a process that watched the cluster outlives it
check "Slurm, job $cancelled killed in the middle"
