#!/usr/bin/env bash
# The Snakemake wrappers run, as rules of their test Snakefiles, on the shipped hairpins, and give what the program gives.
#   tests/wrappers_test.sh PROGRAM
# Exit code 77, and a word, where snakemake is not installed.
set -euo pipefail
command -v snakemake > /dev/null || { echo "skipped: snakemake is not installed"; exit 77; }
program=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$(dirname "$program"):$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/wrappers/master/bio"
cp -r "$root/packaging/snakemake" "$work/wrappers/master/bio/stemloop"
cp "$root/examples/hairpins.fa" "$work/"
cd "$work"
run() { # wrapper, file to make
  snakemake -q -s "wrappers/master/bio/stemloop/$1/test/Snakefile" --wrapper-prefix "file://$work/wrappers/" --cores 2 --nolock \
    "$2" > log 2>&1 || { cat log; exit 1; }
  [ -s "$2" ] || { echo "$2 was not written"; exit 1; }
}
run fold hairpins.fold.tsv
"$program" fold -q --format tsv hairpins.fa | cmp - hairpins.fold.tsv
run classify hairpins.classify.tsv
"$program" classify -q hairpins.fa | cmp - hairpins.classify.tsv
run scan hairpins.scan.tsv
[ -s hairpins.scan.gff3 ] || { echo "no GFF3"; exit 1; }
run report hairpins.report.html
grep -q '</html>' hairpins.report.html
echo "four wrappers ran"
