#!/usr/bin/env bash
# CI job: all tests under address and undefined-behaviour sanitizers.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/setup.sh
exec cmake --workflow --preset asan
