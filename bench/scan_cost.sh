#!/usr/bin/env bash
# What a scan costs: CPU seconds per Mb of both strands by stage, Mb/s, and the most memory, without decoys. Then memory over
# the length of the genome, on random letters.
#   bench/scan_cost.sh STEMLOOP GENOME.fa[.gz] [MODEL] [MB...]
# e.g. bench/scan_cost.sh build/core/bin/stemloop ../shared/data/scan_human/hsa_chr20_1M.fa.gz premirna 1 5 10 50
set -euo pipefail
stemloop=$(realpath "$1") genome=$(realpath "$2") model=${3:-premirna}
shift 3 || shift $#
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "load when it began: $(cut -d' ' -f1-3 /proc/loadavg)"
run() { # threads, genome, model
  /usr/bin/time -f 'peak %M kB, %e s, CPU %U s' "$stemloop" scan "$2" -m "$3" --decoy-share 0 -t "$1" -o "$work/loci.tsv" 2>&1 |
    grep -E 'Mb/s|CPU|error'
}
for threads in 1 2; do
  echo "== $threads threads, $(basename "$genome"), $model"
  run "$threads" "$genome" "$model"
done
for mb in "$@"; do
  echo "== 2 threads, $mb Mb of random letters, shape"
  awk -v n="$mb" 'BEGIN { srand(1); print ">random"; for (l = 0; l < n * 1e6 / 100; ++l) { s = "";
    for (k = 0; k < 100; ++k) s = s substr("ACGT", 1 + int(4 * rand()), 1); print s } }' > "$work/random.fa"
  run 2 "$work/random.fa" shape
done
