# Sourced: runs the `stemloop` lines of the shell blocks of documents as they stand, in a fresh folder beside a copy of
# examples/, and looks for what they were to write.
#   run_commands FOLDER_OF_STEMLOOP LEAST DOCUMENT...    LEAST: of commands, or the documents have lost them
#   wrote FILE...
run_commands() {
  local root least=$2 count=0 line
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  PATH="$1:$PATH"
  shift 2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cp -r "$root/examples" "$work/"
  cd "$work" || exit 1
  while IFS= read -r line; do
    count=$((count + 1))
    echo "\$ $line"
    bash -o pipefail -c "$line" > out.txt || { echo "failed with exit code $?"; exit 1; }
  done < <(cd "$root" && awk '/^```sh/ {inside = 1; next} /^```/ {inside = 0} inside && /^stemloop / && !told[$0]++' "$@")
  [ "$count" -ge "$least" ] || { echo "only $count commands found in $*"; exit 1; }
  echo "$count commands ran"
}

wrote() {
  local file
  for file in "$@"; do
    [ -s "$file" ] || { echo "$file was not written"; exit 1; }
  done
}
