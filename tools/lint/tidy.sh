#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs clang-tidy on the C++ files of the release build; with --changed, only on
# those that differ from the branch main.

set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release

if [ "${1:-}" = --changed ]; then
  files=$(git diff --name-only --diff-filter=d main -- '*.cc')
else
  files=$(git ls-files -- '*.cc')
fi
# run-clang-tidy takes regular expressions over absolute paths and silently
# passes over those without a compile command, such as a consumer project's.
patterns=()
for file in $files; do
  patterns+=("^$(pwd)/${file//./\\.}\$")
done
if [ ${#patterns[@]} -eq 0 ]; then
  exit 0
fi
run-clang-tidy -quiet -p "$build" -j "${TINYC_JOBS:-$(nproc)}" "${patterns[@]}"
