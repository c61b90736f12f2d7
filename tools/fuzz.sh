#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the compiler: builds the target with clang, ASan and UBSan, makes a
# corpus of small models from ONNX's test suite, runs libFuzzer on it.
#
#   tools/fuzz.sh [SECONDS] [libFuzzer's options]
#
# Exit code 0 when nothing was found; otherwise the input is in build/fuzz.
# What was learnt stays in build/fuzz/corpus for the next run.  Exit code 77
# without clang.  To run one input again:
#
#   build/fuzz/compile_fuzzer build/fuzz/crash-...

set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true

if ! command -v clang++ > /dev/null; then
  echo "skipped: no clang++; run 'make setup-test'"
  exit 77
fi
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz -j "${TINYC_JOBS:-$(nproc)}" > build/fuzz/build.log ||
  { tail -n 30 build/fuzz/build.log >&2; exit 1; }
mkdir -p build/fuzz/corpus build/fuzz/seeds
tools/setup/python.sh tests/fuzz/make_seeds.py build/fuzz/seeds

# Memory that a model asks for beyond the limit is refused, as main does it.
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=1024
exec build/fuzz/compile_fuzzer build/fuzz/corpus build/fuzz/seeds \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=0 -max_len=20000 \
  -artifact_prefix=build/fuzz/ -print_final_stats=1 "$@"
