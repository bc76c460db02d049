#!/usr/bin/env bash
# CI job: format of every source, layers, and clang-tidy (needs clang-14's clang-format, clang, clang-tidy, libc++-dev).
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake -DSRC=src -P cmake/check_includes.cmake
bench/results.sh --check
git ls-files '*.cpp' '*.h' '*.inl' | xargs clang-format --dry-run -Werror
scripts/setup.sh

cmake --preset tidy
run-clang-tidy -quiet -p build/tidy "^$PWD/src/"
# The neural part is one source, and libtorch's headers want a std::vector that Clang 14 has in its own library alone.
run-clang-tidy -quiet -p build/tidy -extra-arg=-stdlib=libc++ -checks=-bugprone-suspicious-include 'stemloop_torch\.dir/'
