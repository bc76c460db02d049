#!/usr/bin/env bash
# CI job: the core build's tests under address and undefined-behaviour sanitizers.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/setup.sh core
exec cmake --workflow --preset asan
