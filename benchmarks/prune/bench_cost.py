# SPDX-License-Identifier: Apache-2.0
"""What pruned models cost on a microcontroller, beside the whole ones.

Prunes float models on samples, makes them int8 (`tinyc --prune=...
--quantize=int8`), compiles them for a Cortex-M4 and runs them in the emulator.
Prints a Markdown table of

  MACs          multiply-accumulates, those by weights of 0 included
  arena         bytes of RAM without the caller's buffers
  constants     bytes of weights, biases, multipliers and tables
  code          bytes of the functions, by arm-none-eabi-gcc
  instructions  of one inference

each with its change against the model that is quantized only.  Models and data
lie in the folder `shared` beside the checkout (or TINYC_SHARED_DIR); without it
there is nothing to do.

    bench_cost.py [--opt=-O2] [--rows=80%,macs=50%] [model ...]
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "quantize"), str(HERE.parent / "sparse")]
from bench_quantize import SHARED, SUBJECTS  # noqa: E402
from bench_sparse import measure  # noqa: E402

MODELS = ("mnist_cnn", "kws", "ic", "vww")
ROWS = ("50%", "80%", "2:4", "macs=80%", "macs=50%")
COLUMNS = ("macs", "arena", "constants", "code", "instructions")


def row(name, what, cost, whole):
  cells = [name, what]
  for column in COLUMNS:
    change = 100 * (cost[column] / whole[column] - 1)
    cells.append(f"{cost[column]:,}" +
                 (f" ({change:+.0f} %)" if cost is not whole else ""))
  print(f"| {' | '.join(cells)} |", flush=True)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("models", nargs="*", metavar="model")
  parser.add_argument("--opt", default="-O2")
  parser.add_argument("--rows", default=",".join(ROWS))
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return
  print("| model | pruned | " + " | ".join(COLUMNS) + " |\n" +
        "|---" * (2 + len(COLUMNS)) + "|")
  for name in args.models or MODELS:
    subject = SUBJECTS[name]
    model = SHARED / f"models/{subject.model}.onnx"
    with np.load(SHARED / f"data/{subject.data}.npz") as data:
      calibration, _, _ = subject.split(data)
    with tempfile.TemporaryDirectory() as temporary:
      folder = pathlib.Path(temporary)
      np.savez(folder / "calibrate.npz", x=calibration)
      options = ["--quantize=int8",
                 f"--calibration={folder / 'calibrate.npz'}"]
      whole = measure(model, options, args.opt, folder)
      row(name, "", whole, whole)
      for what in args.rows.split(","):
        row(name, what,
            measure(model, [*options, f"--prune={what}"], args.opt, folder),
            whole)


if __name__ == "__main__":
  main()
