#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Formats every C and C++ file; with --check, only says which are not formatted.

set -euo pipefail
cd "$(dirname "$0")/../.."

# Versions of clang-format differ in taste; Debian 12's is the judge.
clang_format=$(command -v clang-format-14 || command -v clang-format) || {
  echo "skipped: no clang-format; run 'make setup-test'"
  exit 77
}
mode=(-i)
if [ "${1:-}" = --check ]; then
  mode=(--dry-run -Werror)
fi
tools/lint/sources.sh | xargs -0 -r "$clang_format" "${mode[@]}"
