#!/usr/bin/env bash
# Sets up, builds and runs the two main jobs: which of the shipped hairpins are pre-miRNAs, and why, with pictures; and which
# hairpins there are in a genome. The genome is made up (scripts/demo_genome.sh).
# Results go to demo/ (or the folder named).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-demo}

# What happens before the first answer, with the time and the disk it takes.
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
begun=$SECONDS
took() { printf '   done after %d s\n' $((SECONDS - begun)) >&2; }
say "1/3 packages (the first time up to 1.4 GB on the disk, minutes)"
scripts/setup.sh
took
say "2/3 build (the first time some 5 minutes on two cores, 0.2 GB on the disk)"
cmake --preset release > /dev/null
# On a terminal ninja draws its own line; elsewhere every tenth part of it is told.
if [ -t 1 ]; then
  cmake --build --preset release --target stemloop
else
  cmake --build --preset release --target stemloop |
    awk -F '[][/]' '/^\[/ {t = int(10 * $2 / $3); if (t > told) {told = t; print "   " 10 * t " %"; fflush()}; next} {print}' >&2
fi
took
say "3/3 what stemloop says of 32 RNAs"
export PATH="$PWD/build/release/bin:$PATH"
mkdir -p "$out"

step() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

step "cat examples/hairpins.fa examples/others.fa | stemloop classify -o $out/calls.tsv"
cat examples/hairpins.fa examples/others.fa | stemloop classify -o "$out/calls.tsv"
cut -f 1-3,8-11,14,15 "$out/calls.tsv" | column -t -s $'\t'

step "stemloop classify examples/others.fa --format text"
stemloop classify -q examples/others.fa --format text | awk 'NR <= 26'  # not head: a closed pipe would end the script

step "stemloop classify examples/hairpins.fa --format text --explain hsa-mir-21 --page $out/mir-21.png"
stemloop classify -q examples/hairpins.fa --format text --explain hsa-mir-21 --page "$out/mir-21.png" -o "$out/reasons.txt"
awk -v RS= '/^hsa-mir-21 /' "$out/reasons.txt"

step "stemloop model info premirna"
stemloop model info premirna > "$out/model.txt"
awk 'NR >= 5 && NR <= 12' "$out/model.txt"

step "stemloop draw examples/hairpins.fa --dir $out/drawings"
stemloop draw -q examples/hairpins.fa --dir "$out/drawings"

step "stemloop encode examples/hairpins.fa -o $out/hairpins.safetensors --sheet $out/sheet.png"
stemloop encode -q examples/hairpins.fa -o "$out/hairpins.safetensors" --sheet "$out/sheet.png"

step "scripts/demo_genome.sh $out/genome.fa $out/planted.bed   # 172 kb of random letters, the shipped hairpins in them"
scripts/demo_genome.sh "$out/genome.fa" "$out/planted.bed"

step "stemloop scan $out/genome.fa --gff3 $out/loci.gff3 -o $out/loci.tsv"
stemloop scan "$out/genome.fa" --gff3 "$out/loci.gff3" -o "$out/loci.tsv"
{ head -n 1 "$out/loci.tsv"; sort -t $'\t' -k 6,6g -k 5,5gr <(tail -n +2 "$out/loci.tsv") | awk 'NR <= 12'; } | cut -f 1-6,8,9 | column -t -s $'\t'

step "stemloop scan evaluate $out/loci.tsv $out/planted.bed --mb 0.172"
stemloop scan evaluate -q "$out/loci.tsv" "$out/planted.bed" --mb 0.172 | awk -F '\t' 'NR == 1 || $1 == "half of both"' |
  cut -f 2,3,6- | column -t -s $'\t'

printf '\nIn %s: loci.tsv and loci.gff3 (for a genome browser), calls.tsv, reasons.txt, mir-21.png (drawing, picture, reconstruction, reasons), sheet.png and %s drawings.\n' \
  "$out" "$(find "$out/drawings" -name '*.svg' | wc -l)"
