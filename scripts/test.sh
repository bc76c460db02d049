#!/usr/bin/env bash
# Sets up, builds and runs every test: configure, build and test of the `release` preset.
# Tests that need ../shared (reference outputs, published data) say that they skip where it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/setup.sh python
exec cmake --workflow --preset release
