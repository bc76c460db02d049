#!/usr/bin/env bash
# Runs every `stemloop` line of the shell blocks of docs/tasks.md as it stands, beside a copy of examples/.
#   tests/tasks_test.sh FOLDER_OF_STEMLOOP
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
done < <(awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside && /^stemloop /' "$root/docs/tasks.md")
[ "$count" -ge 10 ] || { echo "only $count commands found in docs/tasks.md"; exit 1; }
for file in candidates.tsv candidates.html candidates.pdf qc/stemloop_table_mqc.tsv calls.tsv why.pdf others.txt arms.tsv arms.gff3 \
  figure.png supplement.pdf folds.json sheet.png back.fa; do
  [ -s "$file" ] || { echo "$file was not written"; exit 1; }
done
echo "$count commands ran"
