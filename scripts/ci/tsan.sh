#!/usr/bin/env bash
# CI job: the pipeline and what judges in it, under the thread sanitizer.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/setup.sh core
cmake --preset tsan
cmake --build --preset tsan --target stemloop_tests
exec ctest --preset tsan
