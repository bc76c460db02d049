#!/usr/bin/env bash
# CI job: the build without libtorch, with no more packages than it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/setup.sh core
exec cmake --workflow --preset core
