#!/usr/bin/env bash
# The `sbatch` line of docs/tasks.md on a Slurm of one node that is brought up for it (one_node_slurm.sh): as it stands,
# but for as many CPUs as there are, and waiting for its end.
#   tests/slurm_line_test.sh FOLDER_OF_STEMLOOP
# Exit code 77, with a word: Slurm is not installed or does not come up.
set -euo pipefail
PATH="$(realpath "$1"):$PATH"
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/one_node_slurm.sh
. "$root/tests/one_node_slurm.sh"
line=$(grep -m 1 '^sbatch ' "$root/docs/tasks.md") || { echo "docs/tasks.md has no sbatch line"; exit 1; }
folder=$(mktemp -d)
trap 'stop_slurm; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp -r "$root/examples" "$folder"
cd "$folder"
start_slurm "$folder/slurm" || { echo "skipped: $slurm_fault"; exit 77; }
cpus=$(( $(nproc) < 2 ? 1 : 2 ))
line=$(sed "s/^sbatch --cpus-per-task [0-9]*/sbatch --wait --cpus-per-task $cpus/" <<< "$line")
echo "\$ $line"
timeout 120 bash -c "$line" || { echo "failed with exit code $?"; cat slurm-*.out; exit 1; }
grep -q '</html>' report.html
echo "Slurm ran the line of the nine jobs"
