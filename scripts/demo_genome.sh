#!/usr/bin/env bash
# A made-up genome for the demo, as long as Epstein-Barr virus's: random letters, the same in every run, with the shipped
# hairpins of examples/hairpins.fa planted on both strands.
#   scripts/demo_genome.sh GENOME.fa TRUTH.bed
set -euo pipefail
cd "$(dirname "$0")/.."
awk -v genome="$1" -v truth="$2" '
  function random() { state = (69069 * state + 1) % 4294967296; return state / 4294967296 }
  function letters(n,   s) { s = ""; while (n-- > 0) s = s substr("ACGT", 1 + int(4 * random()), 1); return s }
  function other_strand(s,   r, k) {
    r = ""
    for (k = length(s); k > 0; --k) r = r substr("TGCA", index("ACGT", substr(s, k, 1)), 1)
    return r
  }
  /^>/ { name[++count] = substr($1, 2); next }
  { gsub(/U/, "T"); hairpin[count] = hairpin[count] $0 }
  END {
    state = 7
    size = 172000
    gap = int((size - 2000) / count)
    text = ""
    for (k = 1; k <= count; ++k) {
      text = text letters(gap - length(hairpin[k]))
      printf "demo\t%d\t%d\t%s\t0\t%s\n", length(text), length(text) + length(hairpin[k]), name[k], k % 2 ? "+" : "-" > truth
      text = text (k % 2 ? hairpin[k] : other_strand(hairpin[k]))
    }
    text = text letters(size - length(text))
    print ">demo random letters with " count " planted hairpins" > genome
    for (k = 1; k <= length(text); k += 60) print substr(text, k, 60) > genome
  }' examples/hairpins.fa
