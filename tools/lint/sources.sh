#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the C and C++ files of the checkout, NUL-terminated.

set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cc' '*.c'
