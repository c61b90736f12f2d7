#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds ONNX's C++ library into TINYC_ONNX_ROOT (default build/third_party/onnx)
# unless it is there already:
#
#   the pinned wheel (requirements-onnx.txt, SHA-256 checked by pip)
#     -> its C++ sources -> cmake/onnx/CMakeLists.txt
#     -> lib/libonnx.a, include/onnx/**.h
#
# The stamp is the hash of everything the result depends on, so that a new
# version is rebuilt and an old one is not.

set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
prefix=${TINYC_ONNX_ROOT:-$root/build/third_party/onnx}
jobs=${TINYC_JOBS:-$(nproc)}

requirements=$root/tools/setup/requirements-onnx.txt
stamp=$(cat "$requirements" "$root/cmake/onnx/CMakeLists.txt" | sha256sum |
        cut -d ' ' -f 1)

mkdir -p "$prefix"
exec 9> "$prefix/lock"  # two presets may be configured at the same time
flock 9
if [ "$(cat "$prefix/stamp" 2> /dev/null)" = "$stamp" ]; then
  exit 0
fi

echo "onnx: building ONNX's C++ library (once, about 90 s on two cores)" >&2
work=$prefix/work
rm -rf "$work" "$prefix/lib" "$prefix/include" "$prefix/stamp"
mkdir -p "$work"

"$root/tools/setup/python.sh" -m pip --quiet --disable-pip-version-check \
  download --no-deps --only-binary :all: --require-hashes \
  --platform manylinux_2_28_x86_64 --implementation cp \
  --python-version 311 --abi cp311 --dest "$work" -r "$requirements"
"$root/tools/setup/python.sh" -m zipfile -e "$work"/onnx-*.whl "$work/source"

# Relative paths, so that the compiler cache serves every checkout.
export CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1
cmake -S "$root/cmake/onnx" -B "$work/build" -G Ninja \
  -DCMAKE_BUILD_TYPE=None -DONNX_SOURCE_DIR="$work/source" \
  -DCMAKE_INSTALL_PREFIX="$prefix" > "$work/configure.log" ||
  { cat "$work/configure.log" >&2; exit 1; }
cmake --build "$work/build" -j "$jobs" >&2
cmake --install "$work/build" > /dev/null
rm -rf "$work"
echo "$stamp" > "$prefix/stamp"
