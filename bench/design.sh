#!/usr/bin/env bash
# The figures of docs/design.md: sets made anew from miRBase 21, natural structures, Eterna100's single hairpins, AUROC.
#   bench/design.sh [SEED]      needs ../shared, python3 and a build with benchmarks (build/core or build/release)
# RNAINVERSE=/path/to/rnainverse (bench/reference/rnainverse.c) puts RNAinverse beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
seed=${1:-1}
build=${BUILD:-build/core}
shared=${SHARED:-../shared}
work=${WORK:-$(mktemp -d)}
model=${MODEL:-models/natural-precursors/model.json}
export STEMLOOP_LEARNERS=${STEMLOOP_LEARNERS:-$build/bin/libstemloop_learners.so}
export STEMLOOP_BOOSTER=${STEMLOOP_BOOSTER:-$build/bin/libstemloop_booster.so} STEMLOOP_MODELS=${STEMLOOP_MODELS:-models}

python3 bench/reference/design_sets.py "$shared/data/mirbase/hairpin_v21.fa.gz" "$work" "$seed"
# 1,000 structures with one hairpin loop, of families that the natural model has not seen.
"$build/bin/stemloop" fold -q "$work/candidates.fa" -f tsv |
  awk -F'\t' 'NR > 1 && n < 1000 && $3 ~ /\(/ && $3 !~ /\)[.]*\(/ {print ">" $1 "\n" $2 "\n" $3; ++n}' > "$work/natural.fa"
zcat "$shared/data/design_benchmarks/eterna100_puzzles.tsv.gz" |
  awk -F'\t' 'NR > 1 && $9 == "single_hairpin" && $3 != "V1" {s = $10; gsub(/./, "A", s); print ">puzzle_" $1 "\n" s "\n" $10}' > "$work/puzzles.fa"

sets=()
for class in pre-miRNA any; do
  echo "natural structures, class asked for: $class"
  "$build/bench/design_bench" run "$model" "$work/natural.fa" 0 "$seed" "$class" > "$work/$class.tsv"
  awk -F'\t' 'NR > 1 && $3 == 1 {print ">" $1 "\n" $11}' "$work/$class.tsv" > "$work/$class.fa"
  sets+=("$work/$class.fa")
done
echo "called pre-miRNA: of the natural sequences, of designs of either kind"
for set in "$work/natural.fa" "${sets[@]}"; do
  "$build/bin/stemloop" classify -q -t 1 --model premirna "$set" | awk -F'\t' 'NR > 1 {called += $2 == "pre-miRNA"} END {print called / (NR - 1)}'
done
echo "puzzles, 60 s of processor time each; they are no precursors, no class is asked for"
"$build/bench/design_bench" run "$model" "$work/puzzles.fa" 60 "$seed" any > "$work/puzzles.tsv"
cut -f 1-3,6 "$work/puzzles.tsv"
if [ -n "${RNAINVERSE:-}" ]; then
  echo "RNAinverse, 10 starts"
  "$RNAINVERSE" "$work/natural.fa" 10 "$seed" | grep -v '^[.(]' > "$work/inverse.fa"
  sets+=("$work/inverse.fa")
fi
"$build/bench/design_bench" told "$work/natural.fa" "${sets[@]}"
echo "files: $work"
