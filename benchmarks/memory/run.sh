#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the arenas of models and the stack that their C takes; arguments go to
# stack.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
tools/setup/python.sh benchmarks/memory/bench_arena.py
exec tools/setup/python.sh benchmarks/memory/stack.py "$@"
