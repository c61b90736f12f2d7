# SPDX-License-Identifier: Apache-2.0
"""What is left of models when their weights become zero, or channels go.

For every model and share of zeros, or of multiply-accumulates that are left:
the smallest weights or channels alone, these with the others refitted, and what
`tinyc --prune` does by default, found on some samples and judged on others.
Prints a Markdown table of

  gone      share of the weights that are 0, among those that may go; of
            channels, of the multiply-accumulates
  accuracy  share of samples classified correctly
  agree     share of samples with the same winner as the float model
  dB        signal to noise of the outputs, without the final softmax, over all
            samples; 6 dB are one bit; or "same": no bit differs
  s         seconds that pruning took, compiling and running included

Some rows are quantized after pruning, by --quantize=int8 or w4a8; they are
compared with the float model as well.

and exits with 1 when the default is below a bar.  Models and data lie in the
folder `shared` beside the checkout (or TINYC_SHARED_DIR); without it there is
nothing to do.  Samples are split as in benchmarks/quantize.

    bench_prune.py [--rows=50%,2:4] [--ways=magnitude,refit,best] [model ...]
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "quantize"))
from bench_quantize import (BIN, SHARED, SUBJECTS, decibels, share,  # noqa: E402
                            without_softmax)

MODELS = ("mnist_cnn", "kws", "ic", "vww")

# What stands after the share or pattern in --prune; of channels, after theirs.
WAYS = {
    "magnitude": ",method=magnitude,allocation=lamp,repair=none",
    "refit": ",method=magnitude,allocation=lamp",
    "best": "",
}
# Formats that some rows are quantized to as well.
FORMATS = ("int8", "w4a8")
QUANTIZED_ROWS = ("50%", "2:4")
CHANNEL_WAYS = {
    "magnitude": ",importance=magnitude,repair=none",
    "refit": ",importance=magnitude",
    "best": "",
}

ROWS = ("50%", "70%", "80%", "90%", "2:4", "1:4", "macs=90%", "macs=80%",
        "macs=75%", "macs=50%")

# Of the default: how many points of accuracy it may lose, and how many percent
# of the winners have to be the float model's.
BARS = {
    ("kws", "50%"): (2.5, 95),
    ("kws", "70%"): (10.5, 86),
    ("kws", "2:4"): (3.5, 93),
    ("ic", "50%"): (3.5, 91),
    ("ic", "70%"): (7, 81),
    ("mnist_cnn", "90%"): (0.3, 98.6),
    ("kws", "macs=80%"): (0, 96),
    ("kws", "macs=50%"): (6, 86),
    ("ic", "macs=90%"): (4, 89),
    ("mnist_cnn", "macs=50%"): (0.15, 98.5),
}


def run(model, judged, folder, *options):
  """The outputs for the samples `judged`, a row each, and the notes."""
  np.savez(folder / "judge.npz", x=judged)
  done = subprocess.run(
      [BIN / "tinyc-run", model, folder / "judge.npz", "-o",
       folder / "outputs.npz", "--engine=kernels", "--target=host", *options],
      check=True, capture_output=True, text=True)
  with np.load(folder / "outputs.npz") as outputs:
    (name,) = outputs.files
    return (outputs[name].reshape(len(judged), -1).astype(np.float64),
            done.stderr)


def share_gone(notes):
  """Of weights or multiply-accumulates, as tinyc says it."""
  zeros = re.search(r"([0-9.]+) % of [0-9]+ weights are 0", notes)
  if zeros:
    return zeros[1]
  before, after = re.search(r"pruned.* ([0-9]+) => ([0-9]+) multiply",
                            notes).groups()
  return f"{100 * (1 - int(after) / int(before)):.1f}"


def noise_text(real, outputs):
  return "same" if (real == outputs).all() else f"{decibels(real, outputs):.1f}"


def cases(rows, ways):
  """What is pruned, how, and to which integers, or None."""
  for what in rows:
    for way in ways:
      yield what, way, None
    if what in QUANTIZED_ROWS and "best" in ways:
      for kind in FORMATS:
        yield what, "best", kind


def row(model, what, way, cells):
  print(f"| {model} | {what} | {way} | " + " | ".join(cells) + " |", flush=True)


def bench(name, rows, ways):
  """Prints the rows of one model; what falls short of its bar."""
  subject = SUBJECTS[name]
  with np.load(SHARED / f"data/{subject.data}.npz") as data:
    calibration, judged, labels = subject.split(data)
  short = []
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    model = without_softmax(SHARED / f"models/{subject.model}.onnx", folder)
    np.savez(folder / "calibrate.npz", x=calibration)
    real, _ = run(model, judged, folder)
    row(name, "float", "",
        ["0.0", f"{share(real.argmax(1), labels):.2f}", "100.00", "-", "-"])
    for what, way, kind in cases(rows, ways):
      ending = (CHANNEL_WAYS if "=" in what else WAYS)[way]
      options = [f"--prune={what}{ending}",
                 f"--calibration={folder / 'calibrate.npz'}"]
      if kind:
        options.append(f"--quantize={kind}")
      start = time.perf_counter()
      outputs, notes = run(model, judged, folder, *options)
      seconds = time.perf_counter() - start
      accuracy = share(outputs.argmax(1), labels)
      agree = share(outputs.argmax(1), real.argmax(1))
      row(name, what, f"{way}, {kind}" if kind else way,
          [share_gone(notes), f"{accuracy:.2f}", f"{agree:.2f}", noise_text(real, outputs),
           f"{seconds:.1f}"])
      if way != "best" or kind or (name, what) not in BARS:
        continue
      most_lost, least_agree = BARS[name, what]
      lost = share(real.argmax(1), labels) - accuracy
      if lost > most_lost:
        short.append(f"{name} {what}: {lost:.2f} points of accuracy lost, the "
                     f"bar is {most_lost}")
      if agree < least_agree:
        short.append(f"{name} {what}: {agree:.2f} % agree, the bar is "
                     f"{least_agree}")
  return short


def chosen(parser, text, known):
  items = text.split(",")
  if not set(items) <= set(known):
    parser.error(f"choose among {', '.join(known)}")
  return items


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("models", nargs="*", metavar="model",
                      help=", ".join(MODELS))
  parser.add_argument("--rows", default=",".join(ROWS),
                      help="default: all")
  parser.add_argument("--ways", default=",".join(WAYS), help="default: all")
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return 0
  rows = chosen(parser, args.rows, ROWS)
  ways = chosen(parser, args.ways, WAYS)
  print("| model | pruned | | gone % | accuracy % | agree % | dB | s |")
  print("|---|---|---|---|---|---|---|---|")
  short = []
  for name in args.models or MODELS:
    short += bench(name, rows, ways)
  for line in short:
    print(line, file=sys.stderr)
  return 1 if short else 0


if __name__ == "__main__":
  sys.exit(main())
