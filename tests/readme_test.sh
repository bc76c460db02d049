#!/usr/bin/env bash
# Runs every `stemloop` line of README.md's shell blocks as it stands, in a fresh folder beside a copy of examples/.
#   tests/readme_test.sh FOLDER_OF_STEMLOOP
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
PATH="$1:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/examples" "$work/"
cd "$work"
count=0
while IFS= read -r line; do
  count=$((count + 1))
  echo "\$ $line"
  bash -o pipefail -c "$line" > out.txt || { echo "failed with exit code $?"; exit 1; }
done < <(awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside && /^stemloop /' "$root/README.md")
[ "$count" -ge 10 ] || { echo "only $count commands found in README.md"; exit 1; }
for file in folds.tsv folds.json pairs.tsv samples.tsv loops.tsv mir-21.png hairpins.safetensors sheet.png features.tsv back.fa calls.tsv why-mir-21.png loci.tsv loci.gff3 three-way.tsv more.fa quality.tsv quality.png; do
  [ -s "$file" ] || { echo "$file was not written"; exit 1; }
done
echo "$count commands ran"
