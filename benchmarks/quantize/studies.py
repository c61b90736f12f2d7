# SPDX-License-Identifier: Apache-2.0
"""What the choices of --quantize=int8 do, on the models and the samples of
bench_quantize.py.

  samples  signal to noise by the number of samples to calibrate with: the
           median, the least and the greatest of several draws
  ranges   signal to noise by the estimator of ranges; `tuned` is what tinyc does
           without options, the others go without tune-ranges

Each prints a Markdown table, which plot.py draws.  Models and data lie in the
folder `shared` beside the checkout (or TINYC_SHARED_DIR); without it there is
nothing to do.

    studies.py samples|ranges [model ...]
"""
import argparse
import pathlib
import sys
import tempfile

import numpy as np

from bench_quantize import (SHARED, SUBJECTS, decibels,
                            quantized_by_onnxruntime, tinyc, without_softmax)

COUNTS = (1, 4, 16, 64, 200)
DRAWS = 5
FORMATS = ("int8", "int16x8", "w4a8")
PASSES = ("clean,fuse,layout,equalize{{data={data}}},"
          "calibrate{{data={data};range={range}}},quantize,"
          "fit-weights{{data={data}}},fold-constants,integers,forms")
ESTIMATORS = ("minmax", "percentile:99.99", "percentile:99.9", "mse")


def with_subject(name, judge):
  """judge(by_tinyc, by_onnxruntime, calibration, file): by_tinyc(*options) and
  by_onnxruntime(samples) are the dB of models on the samples to judge by."""
  subject = SUBJECTS[name]
  with np.load(SHARED / f"data/{subject.data}.npz") as data:
    calibration, judged, _ = subject.split(data)
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    model = without_softmax(SHARED / f"models/{subject.model}.onnx", folder)
    real = tinyc(model, judged, folder)
    judge(lambda *options: decibels(real,
                                    tinyc(model, judged, folder, *options)),
          lambda samples: decibels(real, quantized_by_onnxruntime(
              "int8", model, samples, judged, folder)[0]),
          calibration, folder / "calibrate.npz")


def samples_of(name):
  def judge(by_tinyc, by_onnxruntime, calibration, file):
    for label in (*FORMATS, "onnxruntime int8"):
      for count in COUNTS:
        if count > len(calibration):
          continue
        found = []
        # All of the samples can be drawn in one way only.
        for draw in range(1 if count == len(calibration) else DRAWS):
          order = np.random.default_rng(draw).permutation(len(calibration))
          few = calibration[np.sort(order[:count])]
          if label in FORMATS:
            np.savez(file, x=few)
            found.append(by_tinyc(f"--quantize={label}",
                                  f"--calibration={file}"))
          else:
            found.append(by_onnxruntime(few))
        print(f"| {name} | {label} | {count} | {np.median(found):.1f} | "
              f"{min(found):.1f} | {max(found):.1f} |", flush=True)

  with_subject(name, judge)


def ranges_of(name):
  def judge(by_tinyc, _, calibration, file):
    np.savez(file, x=calibration)
    found = [by_tinyc("--quantize=int8", f"--calibration={file}")]
    found += [by_tinyc("--passes=" + PASSES.format(data=file, range=estimator))
              for estimator in ESTIMATORS]
    print(f"| {name} | " + " | ".join(f"{f:.1f}" for f in found) + " |",
          flush=True)

  with_subject(name, judge)


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("study", choices=("samples", "ranges"))
  parser.add_argument("models", nargs="*", metavar="model",
                      help=", ".join(SUBJECTS))
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return 0
  if args.study == "samples":
    print("| model | | samples | dB | least | greatest |")
    print("|---|---|---|---|---|---|")
    for name in args.models or ["kws"]:
      samples_of(name)
  else:
    print("| model | tuned | " + " | ".join(ESTIMATORS) + " |")
    print("|---" * (2 + len(ESTIMATORS)) + "|")
    for name in args.models or SUBJECTS:
      ranges_of(name)
  return 0


if __name__ == "__main__":
  sys.exit(main())
