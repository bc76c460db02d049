#!/usr/bin/env bash
# Installs what stemloop needs on Debian 12 or Ubuntu 24.04 (or newer). Says nothing and changes nothing if all is there.
# Runs as root or with sudo.
#   scripts/setup.sh         everything
#   scripts/setup.sh core    without libtorch and benchmarks: for the `core` preset
#   scripts/setup.sh python  what the Python module is built with
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config
  libhts-dev libdeflate-dev zlib1g-dev libcli11-dev nlohmann-json3-dev libfmt-dev libspdlog-dev libtbb-dev libpng-dev
  libcairo2-dev libeigen3-dev liblinear-dev libsvm-dev libxgboost-dev libedlib-dev
  libgtest-dev libgmock-dev
  fonts-dejavu-core
)
case "${1:-all}" in
  all) packages+=(libtorch-dev libgloo-dev libopenblas-openmp-dev libbenchmark-dev) ;;
  core) ;;
  python) packages=(python3-dev python3-numpy python3-pybind11 pybind11-dev) ;;
  *) echo "usage: scripts/setup.sh [core|python]" >&2; exit 2 ;;
esac

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
as_root apt-get -qq update
as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" > /dev/null
