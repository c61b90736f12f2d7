#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Times every model beside its peers; arguments go to bench_models.py.

set -euo pipefail
cd "$(dirname "$0")/../.."
exec tools/setup/python.sh benchmarks/models/bench_models.py "$@"
