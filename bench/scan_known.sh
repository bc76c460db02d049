#!/usr/bin/env bash
# A scan against known loci: average precision of herpesviruses, calls per Mb that find half and all of MirGeneDB's loci in
# pieces of human and fly genomes, calls at q <= 0.05 where there are no microRNAs, the best unannotated candidates.
#   bench/scan_known.sh STEMLOOP MODEL FOLDER [viruses|negative|genomes...]
# Loci are kept in FOLDER; a piece whose loci are there is not scanned again. Data: ../shared beside the project.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
stemloop=$(realpath "$1") model=$2 folder=$3
shift 3
parts=${*:-viruses negative genomes}
data=$root/../shared/data
mkdir -p "$folder"
scan() { # name, file, decoy share
  [ -s "$folder/$1.tsv" ] || "$stemloop" scan "$2" -m "$model" --decoy-share "$3" --min-probability 0.05 -q -o "$folder/$1.tsv"
}
megabases() { zcat "$1" | awk '!/^>/ { n += gsub(/[ACGTacgt]/, "") } END { printf "%.4f", n / 1e6 }'; }
evaluate() { # name, file, truth
  printf '\n== %s (%s Mb)\n' "$1" "$(megabases "$2")"
  "$stemloop" scan evaluate -q "$folder/$1.tsv" "$3" --genome "${4:-$1}" --mb "$(megabases "$2")" | grep -v 'half of the locus' | cut -f 2-
}
for part in $parts; do
  case $part in
    viruses)
      scan hsv1 "$data/scan_genomes/hsv1_NC_001806.fa.gz" 0.1
      evaluate hsv1 "$data/scan_genomes/hsv1_NC_001806.fa.gz" "$data/scan_genomes/truth_mirbase_v22.tsv" hsv1_NC_001806
      for virus in hhv6a_NC_001664 hhv6b_NC_000898; do
        scan "$virus" "$data/scan_virus/$virus.fa.gz" 0.1
        evaluate "$virus" "$data/scan_virus/$virus.fa.gz" "$data/scan_virus/truth_mirbase_v22.tsv"
      done ;;
    negative)
      for genome in lambda_NC_001416 sce_chrI mru_genome; do
        scan "$genome" "$data/scan_negative/$genome.fa.gz" 0.1
        awk -F '\t' -v name="$genome" -v mb="$(megabases "$data/scan_negative/$genome.fa.gz")" \
          'NR > 1 { ++n; if ($6 <= 0.05) ++q; if ($5 >= 0.9) ++p } END { printf "%s: %.3f Mb, %d loci, %d at q <= 0.05 (%.2f per Mb), %d at p >= 0.9\n", name, mb, n, q, q / mb, p }' \
          "$folder/$genome.tsv"
      done ;;
    genomes)
      scan dme_2L_pieces "$data/scan_fly/dme_2L_pieces.fa.gz" 0.1
      evaluate dme_2L_pieces "$data/scan_fly/dme_2L_pieces.fa.gz" "$data/scan_fly/truth_mirgenedb21.tsv"
      for piece in hsa_chr20_1M hsa_chr9_0M hsa_chr1_0M hsa_chr16_0M; do
        scan "$piece" "$data/scan_human/$piece.fa.gz" 0.1
      done
      evaluate hsa_chr20_1M "$data/scan_human/hsa_chr20_1M.fa.gz" "$data/scan_human/truth_mirbase_v22.tsv" ;;
    *) echo "$part: is none of viruses, negative, genomes"; exit 2 ;;
  esac
done
