#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every benchmark: the programs of benchmarks/*/*.cc, then the scripts
# benchmarks/*/run.sh.

set -euo pipefail
cd "$(dirname "$0")/.."

for program in build/release/benchmarks/*_bench; do
  if [ -x "$program" ]; then
    echo "== $(basename "$program")"
    "$program"
  fi
done
for script in benchmarks/*/run.sh; do
  if [ -x "$script" ]; then
    echo "== $script"
    "$script"
  fi
done
