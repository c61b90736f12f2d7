#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the two digit models of this folder to C, runs them on real digits
# and prints what they recognise, with the RAM and the flash they take.
# `make demo` calls it. Fails when a model misreads more than one digit.
#
# TINYC, CC, CFLAGS and SIZE name other programs and flags.
set -eu
cd "$(dirname "$0")/../.."

example=examples/mnist
: "${TINYC:=build/bin/tinyc}" "${CC:=cc}" "${CFLAGS:=-std=c99 -O2 -Wall}"
: "${SIZE:=size}"

# Prints the code and constants of object $1 in bytes. Constant tables with
# pointers are .data.rel.ro on a host and plain .rodata on a microcontroller.
flash_bytes() {
  $SIZE -A "$1" | awk '/^\.(text|rodata|data\.rel\.ro)/ { sum += $2 }
                       END { print sum + 0 }'
}

# Compiles $example/$1 into folder $2 and runs it on the digits; the output is
# in $2/output.txt.
build_and_run() {
  mkdir -p "$2"
  "$TINYC" "$example/$1" -o "$2/mnist.c" --prefix=mnist
  $CC $CFLAGS -c "$2/mnist.c" -o "$2/mnist.o"
  $CC $CFLAGS -I"$2" -I"$example" "$example/main.c" "$2/mnist.o" \
    -o "$2/mnist" -lm
  "$2/mnist" > "$2/output.txt"
}

# Prints the table row of the model named $1 in folder $2; fails when more
# than one digit is wrong.
report() {
  correct=$(sed -n 's/^correct: \([0-9]*\) of .*/\1/p' "$2/output.txt")
  count=$(sed -n 's/^correct: .* of \([0-9]*\)$/\1/p' "$2/output.txt")
  arena=$(sed -n 's/^arena: \([0-9]*\) bytes$/\1/p' "$2/output.txt")
  printf '%-6s  %3d of %-3d  %7d  %7d\n' "$1" "$correct" "$count" "$arena" \
    "$(flash_bytes "$2/mnist.o")"
  [ "$correct" -ge $((count - 1)) ]
}

build_and_run mnist.onnx build/demo/float
build_and_run mnist_int8.onnx build/demo

echo "What mnist_int8.onnx recognises (! = wrong):"
sed '/^correct: /,$d' build/demo/output.txt
echo
echo "model     correct    arena B  flash B"
failed=0
report float build/demo/float || failed=1
report int8 build/demo || failed=1
if [ "$failed" -ne 0 ]; then
  echo "error: a model misreads more than one digit" >&2
fi
exit "$failed"
