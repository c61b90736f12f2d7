# SPDX-License-Identifier: Apache-2.0
"""Running emitted C in the emulator against outputs that are known.

`write_main` makes a main.c that runs a model on samples, compares every byte of
its outputs, or floats with a tolerance, and prints what each run costs; `run`
builds and runs it for a board.
Shared by the tests here and by benchmarks/mcu.
"""
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))

# What `tinyc --target` calls the core of a board of run.sh.
TARGETS = {"m0big": "cortex-m0plus", "m3": "cortex-m3", "m4": "cortex-m4",
           "m7": "cortex-m7", "m33": "cortex-m33", "m55": "cortex-m55",
           "rv32imc": "rv32imc", "zve32x": "zve32x",
           "rv64gcv": "rv64gcv"}


def is_riscv(board):
    return board.startswith(("rv", "zve"))


def prefix_of(board):
    """Of the binary utilities and the C compiler for the board."""
    return "riscv64-unknown-elf" if is_riscv(board) else "arm-none-eabi"


def missing(board, compiler="gcc"):
    """The programs that running something on the board lacks here."""
    bits = 64 if board.startswith("rv64") else 32
    qemu = f"riscv{bits}" if is_riscv(board) else "arm"
    needed = [f"qemu-system-{qemu}", f"{prefix_of(board)}-gcc"]
    if compiler != "gcc":
        needed.append(compiler)
    return [program for program in needed if shutil.which(program) is None]


MAIN_C = r"""
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "mcu_bench.h"
#include "model.h"

@DATA@

typedef struct { const void *const *in; const void *const *expected; } sample;
static const sample samples[] = {@SAMPLES@};
static uint64_t results[@COUNT@][(@BYTES@ + 7) / 8];
static const int is_float[] = {@FLOATS@};

typedef struct { const sample *s; void *const *out; int status; } call;

/* Whether element i of output o is right. */
static int is_right(int o, unsigned i, const void *have, const void *want) {
  float f, g;
  if (!is_float[o]) {
    return ((const unsigned char *)have)[i] == ((const unsigned char *)want)[i];
  }
  memcpy(&f, (const char *)have + 4 * i, 4);
  memcpy(&g, (const char *)want + 4 * i, 4);
  return fabsf(f - g) <= @TOLERANCE@f * (1 + fabsf(g));
}

static void run(void *p) {
  call *c = (call *)p;
  c->status = model_model.run(0, c->s->in, c->out);
}

int main(void) {
  int bad = 0;
  for (unsigned i = 0; i < sizeof samples / sizeof samples[0]; ++i) {
    void *out[@COUNT@];
    for (int o = 0; o < @COUNT@; ++o) {
      memset(results[o], 0xCD, sizeof results[o]);
      out[o] = results[o];
    }
    call c = {&samples[i], out, 0};
    const mcu_cost cost = mcu_measure(run, &c);
    unsigned long hash = 5381;
    for (unsigned b = 0; b < sizeof results; ++b) {
      hash = (33 * hash + ((const unsigned char *)results)[b]) & 0xffffffff;
    }
    bad |= c.status;
    for (int o = 0; o < @COUNT@; ++o) {
      const void *const want = samples[i].expected[o];
      const unsigned n = model_model.outputs[o].bytes / (is_float[o] ? 4 : 1);
      for (unsigned b = 0; b < n; ++b) {
        if (is_right(o, b, results[o], want)) continue;
        if (is_float[o]) {
          printf("sample %u output %d element %u: %g, not %g\n", i, o, b,
                 (double)((const float *)results[o])[b],
                 (double)((const float *)want)[b]);
        } else {
          printf("sample %u output %d byte %u: %d, not %d\n", i, o, b,
                 ((const unsigned char *)results[o])[b],
                 ((const unsigned char *)want)[b]);
        }
        bad = 1;
        break;
      }
    }
    printf("sample %u: %lu instructions, %lu bytes of stack, results %08lx\n",
           i, (unsigned long)cost.insn, (unsigned long)cost.stack, hash);
  }
  return bad;
}
"""


def samples_beside(model, count):
    """That many inputs of the model from the data beside it, along the leading
    axis; None where there are none."""
    file = SHARED / "data/io" / f"{model.stem}.npz"
    if file.exists():
        return np.load(file)["x"][:count]
    if model.parent.name == "mnist":
        return np.load(model.parent / "digits.npz")["image"][:count]
    return None


def c_array(name, array):
    data = ", ".join(map(str, np.ascontiguousarray(array).view(np.uint8).ravel()))
    return (f"static const union {{ unsigned char bytes[{array.nbytes}]; "
            f"uint64_t align; }} {name} = {{{{{data}}}}};\n")


def write_main(folder, inputs, outputs, tolerance=None):
    """folder/main.c: inputs[i] gives outputs[o][i], to the bit, or floats within
    `tolerance`, absolute and relative added."""
    text, rows = "", []
    for i in range(len(inputs)):
        text += c_array(f"x{i}", inputs[i])
        for o, output in enumerate(outputs):
            text += c_array(f"y{i}_{o}", output[i])
        wanted = ", ".join(f"y{i}_{o}.bytes" for o in range(len(outputs)))
        text += f"static const void *const in{i}[] = {{x{i}.bytes}};\n"
        text += f"static const void *const want{i}[] = {{{wanted}}};\n"
        rows.append(f"{{in{i}, want{i}}}")
    most = max(output[0].nbytes for output in outputs)
    (folder / "main.c").write_text(
        MAIN_C.replace("@DATA@", text).replace("@SAMPLES@", ", ".join(rows))
        .replace("@COUNT@", str(len(outputs))).replace("@BYTES@", str(most))
        .replace("@TOLERANCE@", str(tolerance or 0.0))
        .replace("@FLOATS@", ", ".join(
            str(int(tolerance is not None and o.dtype == np.float32))
            for o in outputs)))


@dataclasses.dataclass(frozen=True)
class Run:
    """What run.sh printed, and of the first sample what it cost."""
    text: str
    same_bits: bool
    instructions: int
    stack: int


def run(board, folder, opt, sources=("model.c", "main.c"), flags=(),
        compiler="gcc", plugin=""):
    """Builds the sources in `folder` for the board and runs them, with a plugin
    of QEMU; the objects and image.elf stay in folder/out."""
    done = subprocess.run(
        [HERE / "run.sh", board, *[folder / s for s in sources], "--",
         f"-I{folder}", *flags], capture_output=True, text=True,
        env={"TIMEOUT": "120", **os.environ, "OPT": opt,
             "CC_FAMILY": compiler, "PLUGIN": plugin, "OUT": str(folder / "out")})
    cost = re.search(r"sample 0: (\d+) instructions, (\d+) bytes", done.stdout)
    insn, stack = (int(cost[1]), int(cost[2])) if cost else (0, 0)
    return Run(done.stdout + done.stderr, done.returncode == 0, insn, stack)
