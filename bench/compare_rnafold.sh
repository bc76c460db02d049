#!/usr/bin/env bash
# stemloop and RNAfold side by side on the same input in the same run: five rounds, one after the other, one thread each.
#   RNAFOLD=/path/to/RNAfold bench/compare_rnafold.sh [FASTA ...]
# Without FASTA: the 1,124 human hairpins of ../shared/data/gennus and random sequences of 20 to 400 nt.
# Prints median user+system seconds of each, the spread (lowest to highest), and the ratio of the medians.
set -euo pipefail
cd "$(dirname "$0")/.."
rnafold=${RNAFOLD:?set RNAFOLD to the RNAfold to compare with}
stemloop=${STEMLOOP:-build/release/bin/stemloop}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

if [ $# -eq 0 ]; then
  human="$work/human_hairpins.fa"
  zcat ../shared/data/gennus/rna_sequences.tsv.gz | awk 'NR > 1 {print ">" $1 "\n" $2}' > "$human"
  set -- "$human"
  for length in 20 40 80 160 320 400; do
    awk -v n="$length" 'BEGIN {srand(n); for (r = 0; r < 60000 / n; ++r) {
      s = ""; for (i = 0; i < n; ++i) s = s substr("ACGU", 1 + int(4 * rand()), 1); print ">r" r "\n" s}}' > "$work/random_$length.fa"
    set -- "$@" "$work/random_$length.fa"
  done
fi

seconds() { # user + system seconds of a command
  local TIMEFORMAT='%U %S'
  { time "$@" > /dev/null 2>&1; } 2>&1 | awk '{print $1 + $2}'
}
summary() { # median, lowest, highest of a column
  sort -n "$1" | awk '{v[NR] = $1} END {printf "%.3f %.3f %.3f", v[int((NR + 1) / 2)], v[1], v[NR]}'
}

"$rnafold" --version
"$stemloop" --version
printf '%-22s %-4s %8s | %28s | %28s | %s\n' input mode records 'stemloop s (low-high)' 'RNAfold s (low-high)' ratio
for fasta in "$@"; do
  for mode in mfe pf; do
    ours=() theirs=(--noPS)
    [ $mode = pf ] && ours=(--pf) && theirs=(-p --noPS --noDP)
    : > "$work/ours"; : > "$work/theirs"
    for ((round = 0; round < rounds; ++round)); do
      seconds "$stemloop" fold -q -t 1 "${ours[@]}" "$fasta" >> "$work/ours"
      seconds "$rnafold" "${theirs[@]}" -i "$fasta" >> "$work/theirs"
    done
    read -r a a0 a1 <<< "$(summary "$work/ours")"
    read -r b b0 b1 <<< "$(summary "$work/theirs")"
    printf '%-22s %-4s %8d | %10s (%s-%s) | %10s (%s-%s) | %.1f\n' "$(basename "$fasta" .fa)" $mode \
      "$(grep -c '^>' "$fasta")" "$a" "$a0" "$a1" "$b" "$b0" "$b1" "$(awk "BEGIN {print $b / $a}")"
  done
done
