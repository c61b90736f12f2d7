#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Packs the instances of the MiniMalloc benchmark, which are not part of this
# project: benchmarks/challenging/*.csv of github.com/google/minimalloc, in the
# folder that is the first argument or in data/minimalloc of the folder `shared`
# beside the checkout.  Other arguments go to offsets_bench.

set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-../shared/data/minimalloc}
if [ ! -d "$folder" ]; then
  echo "skipped: no folder $folder"
  exit 0
fi
exec build/release/benchmarks/offsets_bench --capacity=1048576 "$folder" \
  "${@:2}"
