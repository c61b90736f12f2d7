#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prunes models of the folder `shared` beside the checkout in several ways and
# prints what is left of them; arguments go to bench_prune.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/prune/bench_prune.py "$@"
