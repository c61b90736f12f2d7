#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the stack that emitted models take; arguments go to stack.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/memory/stack.py "$@"
