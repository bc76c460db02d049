#!/usr/bin/env bash
# Runs two builds of the program on the same real data and compares every byte they write: stdout, files, exit codes.
#   bench/compare_builds.sh OLD_PROGRAM NEW_PROGRAM [quick]
# Inputs are examples/ and, where it is there, ../shared/data; `quick` leaves out what takes more than a second or needs
# libtorch. stderr is kept beside the outputs and is not compared. Exit code 1 if anything differs.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
old=$(realpath "$1") new=$(realpath "$2") quick=${3:-}
data=$root/../shared/data
export STEMLOOP_MODELS=${STEMLOOP_MODELS:-$root/models}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Inputs: the examples, and a few hundred records of every set.
mkdir "$work/in"
cp "$root"/examples/*.fa "$work/in/"
if [ -d "$data" ]; then
  take() { zcat "$1" | awk -v n="$2" '/^>/ {++k} k <= n' > "$work/in/$3"; }
  rows() { zcat "$1" | awk -v n="$2" -v every="$3" 'NR == 1 || (NR % every == 0 && ++k <= n)' > "$work/in/$4"; }
  take "$data/mirgenedb/hsa-pre.fa.gz" 300 human.fa
  take "$data/xue2005_pseudo/pseudo_hairpin_human.fa.gz" 200 pseudo.fa
  take "$data/gennus/example_fbgan.fa.gz" 100 drawn.fa
  take "$data/mirbase/hairpin_v21.fa.gz" 500 mixed.fa
  rows "$data/modmirbase/public_train.tsv.gz" 400 50 labelled.tsv
  rows "$data/gennus/rna_sequences.tsv.gz" 160 6 mirtrons.tsv
fi

run_all() {  # PROGRAM FOLDER
  local program=$1 out=$2
  mkdir -p "$out"
  cd "$out"
  cp "$work"/in/* .
  local n=0
  try() { n=$((n + 1)); echo "$*" > "$n.command"; local code=0; bash -c "$*" > "$n.out" 2> "$n.err" || code=$?; echo $code > "$n.code"; }
  export PROGRAM=$program
  try '"$PROGRAM" signature'
  for fasta in *.fa; do
    local name=${fasta%.fa}
    try '"$PROGRAM" fold '"$fasta"
    try '"$PROGRAM" fold '"$fasta"' --format tsv --no-lp -d 0 -T 30'
    try '"$PROGRAM" fold '"$fasta"' --format json --pf --bpp '"$name.pairs.tsv"
    try '"$PROGRAM" fold '"$fasta"' --sample 5 --seed 3 --format tsv -t 2'
    try '"$PROGRAM" fold -q '"$fasta"' | "$PROGRAM" eval --format tsv'
    try '"$PROGRAM" show '"$fasta"
    try '"$PROGRAM" features '"$fasta"' --params turner2004-vienna2.1'
    try '"$PROGRAM" encode '"$fasta"' -o '"$name.safetensors"' --sheet '"$name.png"
    try '"$PROGRAM" decode '"$name.safetensors"
    for format in tsv json text; do
      try '"$PROGRAM" classify '"$fasta"' --format '$format
      try '"$PROGRAM" classify '"$fasta"' --model mirtron --format '$format
      try '"$PROGRAM" classify '"$fasta"' --three-way --format '$format
    done
  done
  try '"$PROGRAM" draw hairpins.fa --dir drawings'
  try '"$PROGRAM" draw hairpins.fa --id hsa-mir-21 -o one.png'
  try '"$PROGRAM" classify hairpins.fa --explain hsa-mir-21 --page page.svg -o page.tsv'
  try '"$PROGRAM" classify mirtrons.fa --model mirtron --explain "$(sed -n "1s/>\([^ ]*\).*/\1/p" mirtrons.fa)" --page mirtron.svg'
  try '"$PROGRAM" model list | cut -f 1,2'
  for model in premirna mirtron mirtron-generator; do
    try '"$PROGRAM" model info '$model
    try '"$PROGRAM" model verify '$model
  done
  try '"$PROGRAM" smote mirtrons.fa -n 20'
  try '"$PROGRAM" smote mirtrons.fa -n 20 --mode aligned -o smote.fa'
  try '"$PROGRAM" quality mirtrons.fa hairpins.fa --plot quality.svg'
  if [ -e labelled.tsv ]; then
    try '"$PROGRAM" evaluate classifier --model premirna --tsv labelled.tsv --calls calls.tsv --curve curve.svg'
    try '"$PROGRAM" evaluate classifier --model mirtron --tsv mirtrons.tsv --label-column mirtron --format json'
    try '"$PROGRAM" evaluate reconstruction --model premirna --tsv labelled.tsv'
    try '"$PROGRAM" embed --model premirna --tsv labelled.tsv -o z.tsv'
    try '"$PROGRAM" embed --model premirna human.fa -o z.safetensors'
    try '"$PROGRAM" project z.safetensors --plot pca.svg'
    try '"$PROGRAM" leakage labelled.tsv --pairs pairs.tsv'
    try '"$PROGRAM" split labelled.tsv --seed 2'
    try '"$PROGRAM" describe --model premirna --tsv labelled.tsv --depth 3 --resamples 5 --json tree.json --dot tree.dot --plot tree.svg --report report.json'
    try '"$PROGRAM" quality drawn.fa mirtrons.fa --format json'
  fi
  if [ -z "$quick" ]; then
    try '"$PROGRAM" generate --model premirna -n 20 --seed 3'
    try '"$PROGRAM" generate --model premirna --structure "(((((((((((((((((((((....)))))))))))))))))))))" -n 5'
    try '"$PROGRAM" generate --model mirtron-generator -n 20 --seed 2'
    if [ -e labelled.tsv ]; then
      try '"$PROGRAM" experiment mirtron --tsv mirtrons.tsv --folds 3 --arms real,smote-a --classifiers forest,svm,logistic,boosted,ends-ag --run trial -q'
      try '"$PROGRAM" model train trained --family mirtron --tsv mirtrons.tsv --label-column mirtron -q'
      try '"$PROGRAM" train diva --tsv labelled.tsv --epochs 1 --run diva -q -t 1'
      try '"$PROGRAM" train wgan --tsv mirtrons.tsv --label-column mirtron --epochs 1 --run wgan -q -t 1'
    fi
  fi
  for ((i = 1; i <= n; ++i)); do rm "$i.command"; mv "$i.err" ../"$(basename "$out").$i.err"; done
  cd "$root"
}
run_all "$old" "$work/old/here"
run_all "$new" "$work/new/here"
# Seconds, process numbers and versions are not results.
find "$work"/old "$work"/new \( -name metrics.jsonl -o -name run.json \) -exec sed -i -E \
  's/"(seconds|records_per_second|time)": ?[0-9.e+-]+/"\1":0/g; s/"command": ?\[[^]]*\]/"command":[]/' {} +
if diff -rq "$work/old/here" "$work/new/here"; then
  echo "$(find "$work/old/here" -type f | wc -l) files, every byte equal; $(cat "$work"/new/here/*.code | sort | uniq -c | tr '\n' ';') are the exit codes"
else
  echo "outputs differ"
  [ -z "${KEEP:-}" ] || cp -r "$work" "$KEEP"
  exit 1
fi
