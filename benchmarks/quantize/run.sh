#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Quantizes every model of the folder `shared` beside the checkout and prints
# how far the result is from the float model; arguments go to bench_quantize.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/quantize/bench_quantize.py "$@"
