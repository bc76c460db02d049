#!/usr/bin/env bash
# CI job: everything, optimised, all tests. What .ci/run calls.
exec "$(dirname "$0")/../test.sh"
