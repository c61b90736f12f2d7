#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the arenas of models; arguments go to bench_arena.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/memory/bench_arena.py "$@"
