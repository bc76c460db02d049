#!/bin/bash
set -euo pipefail
cmake -S . -B build-conda -G Ninja ${CMAKE_ARGS:-} -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PREFIX" \
  -DSTEMLOOP_NN=OFF -DSTEMLOOP_TESTS=OFF -DSTEMLOOP_BENCH=OFF
cmake --build build-conda -j "${CPU_COUNT:-2}"
cmake --install build-conda
