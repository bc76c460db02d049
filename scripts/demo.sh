#!/usr/bin/env bash
# Sets up, builds and runs the main job on the shipped human hairpins: folds, shows, measures and draws them.
# Results go to demo/ (or the folder named).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-demo}
scripts/setup.sh
cmake --preset core > /dev/null
cmake --build --preset core > /dev/null
export PATH="$PWD/build/core/bin:$PATH"
mkdir -p "$out"

step() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

step "stemloop fold examples/hairpins.fa --pf -o $out/folds.fa"
stemloop fold examples/hairpins.fa --pf -o "$out/folds.fa"
head -6 "$out/folds.fa"

step "stemloop show examples/hairpins.fa -o $out/hairpins.txt"
stemloop show examples/hairpins.fa -o "$out/hairpins.txt"
head -14 "$out/hairpins.txt"

step "stemloop features examples/hairpins.fa -o $out/features.tsv"
stemloop features examples/hairpins.fa -o "$out/features.tsv"
cut -f 1,6,7,9,16,18,19 "$out/features.tsv" | head -6 | column -t

step "stemloop draw examples/hairpins.fa --dir $out/drawings"
stemloop draw examples/hairpins.fa --dir "$out/drawings"

step "stemloop encode examples/hairpins.fa -o $out/hairpins.safetensors --sheet $out/sheet.png"
stemloop encode examples/hairpins.fa -o "$out/hairpins.safetensors" --sheet "$out/sheet.png"

step "stemloop decode $out/hairpins.safetensors | stemloop fold --format tsv | cmp - folds-of-the-input"
stemloop fold -q --format tsv examples/hairpins.fa -o "$out/folds.tsv"
stemloop decode -q "$out/hairpins.safetensors" | stemloop fold -q --format tsv | cmp - "$out/folds.tsv"
echo "The sequences read back from the pictures fold to the same structures."

printf '\nIn %s: folds.fa, folds.tsv, hairpins.txt, features.tsv, hairpins.safetensors, sheet.png and %s drawings (SVG, PNG).\n' \
  "$out" "$(find "$out/drawings" -name '*.svg' | wc -l)"
