# SPDX-License-Identifier: Apache-2.0
"""How near onnxruntime is to tinyc on the models that tinyc quantizes and writes
as ONNX.

For every model and format of bench_quantize.py, on samples that were not used to
calibrate, prints a Markdown table of

  winner     share of samples with the same winner in onnxruntime as in the
             integers of tinyc
  optimized  the same with onnxruntime's optimizations, which replace operators
             between DequantizeLinear and QuantizeLinear by integer ones
  LSB        the greatest difference of a layer, given the same operands, and the
             share of all integers that differ
  again      whether tinyc computes the same from the file that it wrote, to the
             bit

and exits with 1 when winners agree on less than 99 % of samples, a layer differs
by more than 1 LSB, or with 8-bit activations a bit differs.  (Biases for 16-bit
ones may be beyond 32 bits, which ONNX has no integers for.)  Models and data lie in the folder `shared`
beside the checkout (or TINYC_SHARED_DIR); without it there is nothing to do.

    bench_export.py [--formats=int8,...] [model ...]
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

from bench_quantize import BIN, FORMATS, ROOT, SHARED, SUBJECTS, share, tinyc

LEAST_AGREEMENT = 99  # percent
LAYER_SAMPLES = 20


def run(*command):
  return subprocess.run([str(part) for part in command], capture_output=True,
                        text=True)


def by_onnxruntime(model, judged, level):
  """The outputs for the samples `judged`, a row each."""
  options = onnxruntime.SessionOptions()
  options.log_severity_level = 3
  options.graph_optimization_level = level
  session = onnxruntime.InferenceSession(str(model), options,
                                         providers=["CPUExecutionProvider"])
  (x,) = session.get_inputs()
  rows = [session.run(None, {x.name: sample.reshape(x.shape)})[0].ravel()
          for sample in judged]
  return np.stack(rows).astype(np.float64)


def layer_differences(model, judged, folder):
  """The greatest difference in LSB, and how many of all values differ."""
  np.savez(folder / "inputs.npz", x=judged[:LAYER_SAMPLES, None])
  values = folder / "values.npz"
  done = run(sys.executable, ROOT / "tools/compare/dump_values.py", model,
             folder / "inputs.npz", values)
  assert done.returncode == 0, done.stderr
  done = run(BIN / "tinyc-run", model, f"--compare-layers={values}")
  last = done.stdout.splitlines()[-1]
  numbers = re.search(r": (\d+) LSB .* (\d+) of (\d+) values differ", last)
  return [int(number) for number in numbers.groups()]


def bench(name, kind):
  """Prints the row of one model; whether all is as it should be."""
  subject = SUBJECTS[name]
  with np.load(SHARED / f"data/{subject.data}.npz") as data:
    calibration, judged, _ = subject.split(data)
  model = SHARED / f"models/{subject.model}.onnx"
  levels = onnxruntime.GraphOptimizationLevel
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    np.savez(folder / "calibrate.npz", x=calibration)
    options = [f"--quantize={kind}",
               f"--calibration={folder / 'calibrate.npz'}"]
    written = folder / "written.onnx"
    done = run(BIN / "tinyc", model, "--emit=onnx", "-o", written, *options)
    assert done.returncode == 0, done.stderr
    integers = tinyc(model, judged, folder, *options)
    again = np.array_equal(integers, tinyc(written, judged, folder))
    plain, optimized = (
        share(by_onnxruntime(written, judged, level).argmax(1),
              integers.argmax(1))
        for level in (levels.ORT_DISABLE_ALL, levels.ORT_ENABLE_ALL))
    most, differ, values = layer_differences(written, judged, folder)
  print(f"| {name} | {kind} | {plain:.2f} | {optimized:.2f} | {most}, "
        f"{100 * differ / values:.4f} % | {'same' if again else 'differs'} |",
        flush=True)
  return ((again or kind == "int16x8") and most <= 1 and
          plain >= LEAST_AGREEMENT)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("models", nargs="*", metavar="model",
                      help=", ".join(SUBJECTS))
  parser.add_argument("--formats", default=",".join(FORMATS),
                      help="default: %(default)s")
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return 0
  print("| model | | winner % | optimized % | LSB | again |")
  print("|---|---|---|---|---|---|")
  good = [bench(name, kind) for name in args.models or SUBJECTS
          for kind in args.formats.split(",")]
  return 0 if all(good) else 1


if __name__ == "__main__":
  sys.exit(main())
