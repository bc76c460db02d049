#!/bin/bash
# Makes reports (26 hairpins, hostile ids, 5,000 hairpins) and opens them in Chromium: report_browser.mjs.
#   report_browser_test.sh PROGRAM EXAMPLES [FOLDER]    pictures stay in FOLDER if one is named
# Exits with 77, and a word, where node, chromium or playwright-core is missing.
set -euo pipefail
program=$1 examples=$2 here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }
folder=${3:-$(mktemp -d)}
mkdir -p "$folder"
[ $# -ge 3 ] || trap 'rm -r "$folder"' EXIT
hairpin=UGGGAUGAGGUAGUAGGUUGUAUAGUUUUAGGGUCACACCCACCACUGGGAGAUAACUAUACAAUCUACUGUCUUUCCUA
printf '>%s\n'"$hairpin"'\n' '"><img/src=x/onerror=window.stolen=1>' "a'onmouseover='x&amp;" '</script><script>window.stolen=1</script>' \
  "$(printf '\360\237\247\254')" "$(printf 'x%.0s' $(seq 3000))" same same > "$folder/hostile.fa"
awk '/^>/ { id = substr($1, 2); next } { ids[n] = id; seq[n++] = $1 }
     END { for (k = 0; k < 5000; ++k) printf ">%s.%d\n%s\n", ids[k % n], k, seq[k % n] }' "$examples/hairpins.fa" > "$folder/large.fa"
awk '/^>/ { printf "%s\t8\t29\t%d\t%d\t5p\n", substr($1, 2), 45, 60 }' "$examples/hairpins.fa" |
  sed '1i id\t5p_start\t5p_end\t3p_start\t3p_end\tguide' > "$folder/arms.tsv"
"$program" report -q --no-classify --arms "$folder/arms.tsv" -o "$folder/small.html" "$examples/hairpins.fa"
"$program" report -q --no-classify -o "$folder/hostile.html" "$folder/hostile.fa"
"$program" report -q --no-classify -o "$folder/large.html" "$folder/large.fa"
node "$here/report_browser.mjs" "$folder"
