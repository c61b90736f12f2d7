#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the build given as $1 into a folder of its own, moves that folder, and
# builds and runs the project in consumer/ against it: what is installed needs
# neither the checkout nor the place it was installed to.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1

folder=$build/install_test
rm -rf "$folder"
cmake --install "$build" --prefix "$folder/before" > /dev/null
mv "$folder/before" "$folder/after"

cmake -S "$here/consumer" -B "$folder/consumer" -G Ninja \
  -DCMAKE_PREFIX_PATH="$folder/after"
cmake --build "$folder/consumer"
"$folder/consumer/consumer"

# No path of the checkout is left in what CMake reads.
if grep -rn "$(cd "$here/../.." && pwd)" "$folder/after/lib/cmake"; then
  echo "error: the installed package names the checkout" >&2
  exit 1
fi
for program in tinyc tinyc-opt tinyc-run; do
  if [ ! -x "$folder/after/bin/$program" ]; then
    echo "error: $program is not installed" >&2
    exit 1
  fi
done
