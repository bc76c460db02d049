#!/usr/bin/env bash
# Makes the pictures of docs/tasks/ from examples/ again. The page of a report (report.png) is a screenshot of Chromium and
# is made only where chromium is installed.
#   scripts/pictures.sh [FOLDER_OF_STEMLOOP]
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${1:-$PWD/build/release/bin}:$PATH"
out=docs/pictures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

draw() { stemloop draw -q examples/hairpins.fa --no-picture "$@"; }
draw --id hsa-let-7a-1 --arms predicted --width-mm 170 -o "$out/arms.svg"
draw --id hsa-mir-21 --colour-by pair-probability --width-mm 170 -o "$out/probability.svg"
draw --id hsa-let-7a-1 --shape ladder --arms predicted --width-mm 170 -o "$out/ladder.svg"
awk 'BEGIN { print "id\tposition\treads"
  for (k = 1; k <= 72; ++k) print "hsa-mir-21\t" k "\t" (k >= 8 && k <= 29 ? 900 : k >= 46 && k <= 66 ? 200 : 3) }' > "$work/reads.tsv"
draw --id hsa-mir-21 --colour-by values --values "$work/reads.tsv" --width-mm 170 -o "$out/values.svg"
stemloop draw -q examples/others.fa --id tRNA-Phe --no-picture --width-mm 100 -o "$out/branched.svg"
stemloop encode -q examples/hairpins.fa -o "$work/hairpins.safetensors" --sheet "$out/sheet.png"
stemloop classify -q examples/hairpins.fa --explain hsa-mir-21 --page "$out/why.png" -o "$work/calls.tsv"

awk '/^>/ { keep = /hsa-let-7a-1 |hsa-mir-21 |U1_snRNA / } keep' examples/hairpins.fa examples/others.fa > "$work/three.fa"
stemloop report -q "$work/three.fa" --known examples/hairpins.fa --title "Three candidates" -o "$work/report.html"
if command -v chromium > /dev/null; then
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1180,1080 \
    --screenshot="$out/report.png" "file://$work/report.html" 2> /dev/null
fi
ls -l "$out"
