#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints what zeros among the weights of a model save; arguments go to
# bench_sparse.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/sparse/bench_sparse.py "$@"
