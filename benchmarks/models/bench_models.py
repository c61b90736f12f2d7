# SPDX-License-Identifier: Apache-2.0
"""Latency of emitted C beside onnxruntime (one thread) and emx-onnx-cgen.

For every model: the C of `tinyc --target=host` and of emx-onnx-cgen, both built
with `gcc -O3 -march=native`, and onnxruntime's session run the same input in
interleaved rounds.  Prints a Markdown table of medians in microseconds; --write
puts it between the markers of docs/performance.md.

    bench_models.py [--rounds N] [--seconds S] [--write] [model.onnx ...]
"""
import argparse
import ctypes
import datetime
import math
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "benchmarks"))
import page  # noqa: E402

BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
CFLAGS = ["-O3", "-march=native", "-fPIC", "-shared"]
# The models whose geometric mean the README states.
FLOAT_FIVE = ("ad_fp32", "ic_fp32", "kws_fp32", "sww_fp32", "vww_fp32")

# Runs the model n times and returns the seconds taken.
TIMER_C = """
#define _POSIX_C_SOURCE 199309L
#include <time.h>
%(include)s
double seconds(int n, const void *in, void *out) {
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0; i < n; ++i) {
    %(call)s
  }
  clock_gettime(CLOCK_MONOTONIC, &b);
  return (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
}
"""


def default_models():
    shared = ROOT.parent / "shared/models"
    return sorted(shared.glob("*.onnx")) + sorted(
        (ROOT / "examples/mnist").glob("*.onnx"))


def feed_of(session):
    rng = np.random.default_rng(1)
    (arg,) = session.get_inputs()
    shape = [d if isinstance(d, int) else 1 for d in arg.shape]
    if arg.type == "tensor(float)":
        return arg.name, rng.standard_normal(shape).astype(np.float32)
    dtype = {"tensor(int8)": np.int8, "tensor(uint8)": np.uint8}[arg.type]
    info = np.iinfo(dtype)
    return arg.name, rng.integers(info.min, info.max, shape, dtype, True)


class InC:
    """A model as a shared library with the function `seconds`."""

    def __init__(self, folder, sources, include, call, x, like):
        (folder / "timer.c").write_text(
            TIMER_C % {"include": include, "call": call})
        library = folder / "model.so"
        subprocess.run(
            ["gcc", *CFLAGS, "-o", library, folder / "timer.c",
             *[folder / s for s in sources], "-lm"],
            check=True, cwd=folder)
        self.fn = ctypes.CDLL(str(library)).seconds
        self.fn.restype = ctypes.c_double
        self.x, self.y = np.ascontiguousarray(x), np.empty_like(like)

    def seconds(self, n):
        return self.fn(n, self.x.ctypes.data_as(ctypes.c_void_p),
                       self.y.ctypes.data_as(ctypes.c_void_p))


def tinyc(model, folder, x, like):
    subprocess.run([BIN / "tinyc", model, "-o", folder / "model.c",
                    "--target=host"], check=True, stderr=subprocess.DEVNULL)
    return InC(folder, ["model.c"], '#include "model.h"',
               "const void *i1[1] = {in}; void *o1[1] = {out}; "
               "model_model.run(0, i1, o1);", x, like)


def emx(model, folder, x, like):
    # Beside this interpreter (a virtual environment), or on the path.
    command = shutil.which("emx-onnx-cgen", path=os.pathsep.join(
        [str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]))
    if command is None:
        return None
    done = subprocess.run(
        [command, "compile", model, folder / "model.c",
         "--large-weight-threshold", "0"], capture_output=True)
    if done.returncode != 0:
        return None
    return InC(folder, ["model.c"], "void model(const void *, void *);",
               "model(in, out);", x, like)


class InOnnxruntime:
    def __init__(self, session, feed):
        self.session, self.feed = session, feed

    def seconds(self, n):
        start = time.perf_counter()
        for _ in range(n):
            self.session.run(None, self.feed)
        return time.perf_counter() - start


def measure(engines, rounds, seconds):
    """The median microseconds of each engine over interleaved rounds."""
    repeats, samples = {}, {name: [] for name in engines}
    for name, engine in engines.items():
        once = min(engine.seconds(1) for _ in range(3))
        repeats[name] = max(1, int(seconds / max(once, 1e-7)))
    for _ in range(rounds):
        for name, engine in engines.items():
            n = repeats[name]
            samples[name].append(engine.seconds(n) / n * 1e6)
    return {name: statistics.median(s) for name, s in samples.items()}


def bench(model, rounds, seconds):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        onnx.load(model).SerializeToString(), options,
        providers=["CPUExecutionProvider"])
    name, x = feed_of(session)
    like = session.run(None, {name: x})[0]
    with tempfile.TemporaryDirectory() as temporary:
        engines = {"onnxruntime": InOnnxruntime(session, {name: x})}
        for label, make in (("tinyc", tinyc), ("emx", emx)):
            folder = pathlib.Path(temporary, label)
            folder.mkdir()
            engine = make(model, folder, x, like)
            if engine is not None:
                engines[label] = engine
        return measure(engines, rounds, seconds)


def mean_ratio(rows, names, engine):
    ratios = [rows[n][engine] / rows[n]["onnxruntime"]
              for n in names if engine in rows.get(n, {})]
    if not ratios:
        return "-"
    return f"{math.exp(statistics.fmean(map(math.log, ratios))):.2f}x"


def table(rows):
    lines = ["| model | onnxruntime µs | tinyc µs | emx-onnx-cgen µs "
             "| tinyc / onnxruntime | emx / onnxruntime |",
             "|---|---|---|---|---|---|"]
    for name, us in rows.items():
        cells = [f"{us[e]:.1f}" if e in us else "-"
                 for e in ("onnxruntime", "tinyc", "emx")]
        ratios = [f"{us[e] / us['onnxruntime']:.2f}x" if e in us else "-"
                  for e in ("tinyc", "emx")]
        lines.append(f"| {name} | " + " | ".join(cells + ratios) + " |")
    five = [n for n in FLOAT_FIVE if n in rows]
    if five:
        lines.append(f"| **geometric mean of {', '.join(five)}** | | | | "
                     f"**{mean_ratio(rows, five, 'tinyc')}** | "
                     f"{mean_ratio(rows, five, 'emx')} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = {}
    for model in args.models or default_models():
        rows[model.stem] = bench(model.resolve(), args.rounds, args.seconds)
        print(f"{model.stem}: " + ", ".join(
            f"{k} {v:.1f} us" for k, v in rows[model.stem].items()),
              file=sys.stderr)
    gcc = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True,
                         text=True).stdout.strip()
    cpu = platform.processor() or "x86-64"
    if pathlib.Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*: (.*)",
                          pathlib.Path("/proc/cpuinfo").read_text())
        cpu = found[1] if found else cpu
    head = (f"{datetime.date.today()}, {cpu}, one thread, gcc {gcc} "
            f"`-O3 -march=native`, onnxruntime {onnxruntime.__version__}; "
            f"medians of {args.rounds} interleaved rounds.\n")
    text = head + "\n" + table(rows)
    print(text)
    if args.write:
        page.write("bench_models", text)


if __name__ == "__main__":
    main()
