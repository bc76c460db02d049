#!/usr/bin/env bash
# CI job: format of every source, layers, and clang-tidy (needs clang-14's clang-format, clang, clang-tidy).
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake -DSRC=src -P cmake/check_includes.cmake
bench/results.sh --check
git ls-files '*.cpp' '*.h' '*.inl' | xargs clang-format --dry-run -Werror
scripts/setup.sh
exec cmake --workflow --preset tidy
