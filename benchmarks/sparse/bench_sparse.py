# SPDX-License-Identifier: Apache-2.0
"""Flash and emulated instructions of models with zeros among their weights.

Masks the convolutions and dense layers of quantized models at random, compiles
each with the portable kernels and its weights as they are and compressed, checks that
both give the same bits, and prints a Markdown table.  Channels of which nothing
is left stay (--no-slim), so that only the storage differs:

  weights       bytes of 8-bit weights, those of depthwise layers included
  constants     bytes of all constants of the C: biases, multipliers, tables too
  code          bytes of the functions, by arm-none-eabi-gcc
  instructions  of one inference, by QEMU
  layers        how many store their weights how

    bench_sparse.py [--opt=-O2] [--weights=fast|small] [--patterns=0.8,2:4]
                    [model.onnx ...]
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import masks

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
MODELS = ("kws_int8", "ic_int8", "mnist_cnn_qdq_s8pc")

# Runs the model on one input; prints its instructions and a checksum (FNV-1a)
# of its output.
MAIN_C = r"""
#include <stdio.h>
#include "mcu_bench.h"
#include "model.h"

static const union { unsigned char bytes[@SIZE@]; uint64_t align; } x = {{@X@}};
static uint64_t y[(@OUT@ + 7) / 8];
static int status;

static void run(void *unused) {
  const void *const in[] = {x.bytes};
  void *const out[] = {y};
  (void)unused;
  status = model_model.run(0, in, out);
}

int main(void) {
  const mcu_cost cost = mcu_measure(run, 0);
  uint32_t sum = 2166136261u;
  for (unsigned i = 0; i < @OUT@; ++i) {
    sum = (sum ^ ((const unsigned char *)y)[i]) * 16777619u;
  }
  printf("RESULT %lu %lu\n", (unsigned long)cost.insn, (unsigned long)sum);
  return status;
}
"""


def input_of(report):
    """A random input of the reported model, as bytes."""
    rng = np.random.default_rng(1)
    (x,) = report["inputs"]
    if x["dtype"] == "f32":
        return rng.standard_normal(x["bytes"] // 4).astype(np.float32).tobytes()
    return rng.integers(0, 256, x["bytes"], np.uint8).tobytes()


def measure(model, options, opt, folder, target="generic"):
    """What the model costs, compiled with the options of tinyc."""
    subprocess.run(
        [BIN / "tinyc", model, *options, f"--target={target}", "-o",
         folder / "model.c", f"--report={folder / 'report.json'}"],
        check=True, stderr=subprocess.DEVNULL)
    report = json.loads((folder / "report.json").read_text())
    data = input_of(report)
    (folder / "main.c").write_text(
        MAIN_C.replace("@X@", ", ".join(map(str, data)))
        .replace("@SIZE@", str(len(data)))
        .replace("@OUT@", str(report["outputs"][0]["bytes"])))
    run = subprocess.run(
        [ROOT / "tests/emulator/run.sh", "m4", folder / "model.c",
         folder / "main.c", "--", f"-I{folder}"], capture_output=True,
        text=True, env={**os.environ, "OPT": opt, "OUT": str(folder / "out")})
    found = re.search(r"RESULT (\d+) (\d+)", run.stdout)
    if run.returncode != 0 or found is None:
        sys.exit(f"{model}: {run.stdout}{run.stderr}")
    sizes = subprocess.run(
        ["arm-none-eabi-size", "-A", folder / "out/0-model.o"],
        capture_output=True, text=True, check=True).stdout
    code = sum(int(n) for n in re.findall(r"^\.text\S*\s+(\d+)", sizes, re.M))
    forms = collections.Counter(
        layer["weights"]["form"] for layer in report["layers"]
        if "weights" in layer)
    return {"macs": report["macs"], "arena": report["arena_bytes"],
            "constants": report["weight_bytes"], "code": code,
            "instructions": int(found[1]), "sum": found[2], "forms": forms}


def row(name, pattern, weights, dense, sparse):
    # What is saved of the constants is saved of the weights.
    dense["weights"] = weights
    sparse["weights"] = weights - dense["constants"] + sparse["constants"]
    dense["thousands"] = dense["instructions"] // 1000
    sparse["thousands"] = sparse["instructions"] // 1000

    def both(key):
        return f"{dense[key]} → {sparse[key]}"

    def change(key):
        return f"{100 * (sparse[key] / dense[key] - 1):+.1f} %"

    share = f"{100 * pattern:.0f} %" if isinstance(pattern, float) else pattern
    forms = ", ".join(f"{n} {form}" for form, n in sorted(
        sparse["forms"].items()))
    cells = [name, share, both("weights"), change("weights"),
             both("constants"), both("code"), both("thousands"),
             change("instructions"), forms]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    parser.add_argument("--opt", default="-O2")
    parser.add_argument("--weights", default="fast")
    parser.add_argument("--patterns", default=None)
    args = parser.parse_args()
    patterns = masks.PATTERNS
    if args.patterns is not None:
        patterns = [float(p) if re.fullmatch(r"0?\.\d+", p) else p
                    for p in args.patterns.split(",")]
    models = args.models or [
        SHARED / "models" / f"{name}.onnx" for name in MODELS]
    print("| model | zeros | weights | | constants | code | thousand "
          "instructions | | layers |\n" + 9 * "|---" + "|")
    for path in models:
        if not path.exists():
            print(f"skipped: {path.name} is not there", file=sys.stderr)
            continue
        model = onnx.load(path)
        for pattern in patterns:
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary)
                file = folder / "masked.onnx"
                onnx.save(masks.mask_model(model, pattern), file)
                dense = measure(file, ["--no-slim", "--weights=dense"], args.opt,
                                folder)
                sparse = measure(
                    file, ["--no-slim", f"--weights={args.weights}"], args.opt,
                    folder)
            if dense["sum"] != sparse["sum"]:
                sys.exit(f"{path.name} with {pattern}: other bits")
            print(row(path.stem, pattern, masks.weight_bytes(model), dense,
                      sparse), flush=True)


if __name__ == "__main__":
    main()
