#!/usr/bin/env bash
# Sets up, builds and runs the main job: which of the shipped hairpins are pre-miRNAs, and why? With pictures.
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
say "2/3 build (the first time 6 to 10 minutes on two cores, 0.2 GB on the disk)"
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

printf '\nIn %s: calls.tsv, reasons.txt, mir-21.png (drawing, picture, reconstruction, reasons), sheet.png and %s drawings.\n' \
  "$out" "$(find "$out/drawings" -name '*.svg' | wc -l)"
