#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the arenas of models, by what is asked for.

  bench_arena.py [--instructions] [--no-slim] MODEL.onnx...
                                  default: the int8 models of ../shared

Bytes, without the caller's buffers of inputs and outputs unless a column says
so; "whole" is the best plan in which no result lies where its operand is still
read; "by rows": the input is handed in row by row, so that nobody has a buffer of
it ("-" where it has no rows).  Behind the columns with additional
multiply-accumulates stands how many there are; "seconds" is the longest of the
compilations, report included.  With --instructions, what one inference takes on
an emulated Cortex-M4 (gcc -O2), in thousands, instead of bytes, for models with
one integer input.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "models"
MODELS = ["kws", "vww", "ic", "ad", "sww", "mcunet_vww", "person_detect"]
WHOLE = ("clean,fuse,integers,{slim}forms,prepare-outputs,select-kernels,"
         "compress-weights,arrange-weights,pack-weights,schedule,"
         "plan-memory{{whole}},check-plan")
COLUMNS = {
    "whole": ["--passes=" + WHOLE],
    "default": [],
    "with io": ["--io-in-arena"],
    "ram=min": ["--ram=min"],
    "with io, min": ["--io-in-arena", "--ram=min"],
    "by rows": ["--input=rows"],
    "by rows, min": ["--input=rows", "--ram=min"],
    "min, 5 %": ["--ram=min", "--max-macs-increase=5%"],
    "min, 10 %": ["--ram=min", "--max-macs-increase=10%"],
}

# Those whose C a harness with buffers of its own can run.
PLANS = ["whole", "default", "ram=min", "min, 5 %"]


def options_of(column, slim):
    """What gives tinyc the plan of a column."""
    options = [o.format(slim="slim," if slim else "") for o in COLUMNS[column]]
    # A pipeline says by itself whether it slims.
    return options if slim or column == "whole" else options + ["--no-slim"]


def instructions(model, options, folder):
    sys.path.append(str(ROOT / "benchmarks/sparse"))
    import bench_sparse  # pylint: disable=import-outside-toplevel
    cost = bench_sparse.measure(model, options, "-O2", pathlib.Path(folder),
                                target="cortex-m4")
    return cost["instructions"] // 1000


def report(model, options, folder):
    path = pathlib.Path(folder) / "report.json"
    command = [ROOT / "build/bin/tinyc", model, "-o", path.with_suffix(".c"),
               f"--report={path}", *options]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if "has rows to hand in" in done.stderr:
        return None, 0
    done.check_returncode()
    return json.loads(path.read_text()), time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--no-slim", action="store_true")
    args = parser.parse_args()
    models = args.models or [SHARED / f"{m}_int8.onnx" for m in MODELS]
    models = [m for m in models if m.exists()]
    if not models:
        sys.exit("skipped: there are no models")
    slim = not args.no_slim
    if args.instructions:
        print(f"{'model':20}" + "".join(f"{c:>14}" for c in PLANS))
        with tempfile.TemporaryDirectory() as folder:
            for model in models:
                costs = (instructions(model, options_of(c, slim), folder)
                         for c in PLANS)
                print(f"{model.stem:20}" + "".join(f"{c:14,}" for c in costs),
                      flush=True)
        return
    print(f"{'model':20}" + "".join(f"{c:>{22 if '%' in c else 14}}"
                                   for c in COLUMNS) + f"{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            row = f"{model.stem:20}"
            slowest = 0
            for column in COLUMNS:
                result, seconds = report(model, options_of(column, slim),
                                         folder)
                slowest = max(slowest, seconds)
                row += (f"{result['arena_bytes']:14,}" if result else
                        f"{'-':>14}")
                if "%" in column:
                    extra = result["extra_macs"] / max(result["macs"], 1)
                    row += f" (+{extra:4.1%})"
            print(f"{row}{slowest:9.2f}", flush=True)


if __name__ == "__main__":
    main()
