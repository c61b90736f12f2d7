#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Counts what int8 models cost on emulated microcontrollers; arguments go to
# bench_mcu.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/mcu/bench_mcu.py "$@"
