#!/usr/bin/env bash
# Writes docs/results.md from bench/results.tsv: one line a claim. The diary behind it is docs/log/.
#   bench/results.sh            writes the page
#   bench/results.sh --check    exit code 1 if the page is not what the table makes
# A new figure is a line of the table: section, claim, target, value, spread, command, machine, date, commit (of the
# sources measured, or the one that recorded the figure).
set -euo pipefail
cd "$(dirname "$0")/.."
page() {
  cat << 'END'
# Measured

Made by `bench/results.sh` from `bench/results.tsv`; how each figure came about, and all others, in [docs/log/](log/).
Reference data and oracles lie in `../shared`; RNAfold is ViennaRNA 2.7.1, built outside this tree. Squared brackets are
95 % intervals. Machines: **A** 2 cores of an AMD EPYC (family 25 model 17, AVX-512) under KVM; **B** 2 hyperthreads of one
core of an Intel Xeon (Skylake, AVX-512); **C** 2 cores of an AMD EPYC (family 26 model 2, AVX-512). All with 24 GB, Debian
12, g++ 12.2.0, libtorch 1.13.0.
END
  awk -F '\t' 'NR > 1 {
    if ($1 != section) {
      section = $1
      printf "\n## %s\n\n| what | target | measured | spread | command | machine, date, commit |\n|---|---|---|---|---|---|\n", section
    }
    printf "| %s | %s | **%s** | %s | `%s` | %s, %s, %s |\n", $2, $3, $4, $5, $6, $7, $8, $9
  }' bench/results.tsv
}
if [ "${1:-}" = --check ]; then
  page | cmp - docs/results.md
else
  page > docs/results.md
fi
