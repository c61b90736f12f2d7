# SPDX-License-Identifier: Apache-2.0
"""What is left of models when their weights become zero, or channels go, and
what they cost then.

For every model and share of zeros, or of multiply-accumulates or time that are
left: the smallest weights or channels alone, these with the others refitted,
and what `tinyc --prune` does by default, found on some samples and judged on
others.  Prints a Markdown table of

  gone          share of the weights that are 0, among those that may go; of
                channels, of the multiply-accumulates
  accuracy      share of samples classified correctly
  agree         share of samples with the same winner as the float model
  dB            signal to noise of the outputs, without the final softmax, over
                all samples; 6 dB are one bit; or "same": no bit differs
  MACs          multiply-accumulates, those by weights of 0 included; this and
                what follows: of the model made int8, or as the row says, and
                by the portable kernels on a Cortex-M4
  RAM           bytes of the arena, without the caller's buffers
  constants     bytes of weights, biases, multipliers and tables
  code          bytes of the functions, by arm-none-eabi-gcc
  flash         both, and how much less than without pruning
  instructions  of one inference, in thousands, by QEMU, and how many fewer
  s             seconds that pruning took

What a model costs depends on which of its weights are 0, not on the others, so
that few samples make it int8 for that.  Some rows are judged as integers too,
by --quantize=int8 or w4a8 on all samples, against the float model.

Exits with 1 when the default is below a bar.  Models and data lie in the
folder `shared` beside the checkout (or TINYC_SHARED_DIR); without it there is
nothing to do.  Samples are split as in benchmarks/quantize.

    bench_prune.py [--rows=50%,2:4] [--ways=magnitude,refit,best] [--opt=-O2]
                   [--formats=int8,w4a8] [model ...]
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

BENCHMARKS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(BENCHMARKS / "quantize"), str(BENCHMARKS / "sparse")]
from bench_quantize import (BIN, SHARED, SUBJECTS, decibels,  # noqa: E402
                            share, tinyc, without_softmax)
from bench_sparse import measure  # noqa: E402

MODELS = ("mnist_cnn", "kws", "ic", "vww")

# What stands after the share or pattern in --prune; of channels, after theirs,
# where + stands for a comma.
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

ROWS = ("50%", "70%", "80%", "90%", "2:4", "1:4", "4:8", "macs=90%",
        "macs=80%", "macs=75%", "macs=50%", "time=54%", "time=54%+weights=50%",
        "time=54%+shapes=shared+importance=ablation")
# Samples to make a model int8 whose cost is asked, not its accuracy.
FEW = 16

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
    ("kws", "time=54%"): (6, 86),
    ("kws", "time=54%+shapes=shared+importance=ablation"): (6, 86),
}
# Of the default: how many percent less it takes.
COST_BARS = {
    ("kws", "80%"): {"instructions": 0},
    ("kws", "time=54%"): {"instructions": 45, "constants": 45},
    ("kws", "time=54%+shapes=shared+importance=ablation"):
        {"instructions": 45, "flash": 45},
    ("mnist_cnn", "time=54%"): {"instructions": 45},
    ("mnist_cnn", "time=54%+weights=50%"):
        {"instructions": 45, "constants": 45},
}


def prune(model, folder, what):
  """The pruned model, the notes and how long it took."""
  pruned = folder / "pruned.onnx"
  start = time.perf_counter()
  done = subprocess.run(
      [BIN / "tinyc", model, "--emit=onnx", "-o", pruned, f"--prune={what}",
       f"--calibration={folder / 'calibrate.npz'}"],
      check=True, capture_output=True, text=True)
  return pruned, done.stderr, time.perf_counter() - start


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


def kinds(what, way, formats):
  """The forms in which a row is judged: as floats, and as which integers."""
  more = formats if what in QUANTIZED_ROWS and way == "best" else ()
  return (None, *more)


def cost_of(model, kind, opt, folder):
  cost = measure(model, [f"--quantize={kind}",
                         f"--calibration={folder / 'few.npz'}"], opt, folder)
  cost["flash"] = cost["constants"] + cost["code"]
  cost["thousands"] = cost["instructions"] // 1000
  return cost


def cost_cells(cost, whole):
  def cell(column):
    change = 100 * (cost[column] / whole[column] - 1)
    return f"{cost[column]:,}" + (f" ({change:+.0f} %)" if cost is not whole
                                  else "")
  return [f"{cost['macs']:,}", f"{cost['arena']:,}", f"{cost['constants']:,}",
          f"{cost['code']:,}", cell("flash"), cell("thousands")]


def row(model, what, way, cells):
  print(f"| {model} | {what} | {way} | " + " | ".join(cells) + " |", flush=True)


def shortfalls(name, what, lost, agree, cost, whole):
  """Where the default is below its bars, in words."""
  most_lost, least_agree = BARS.get((name, what), (100, 0))
  if lost > most_lost:
    yield f"{lost:.2f} points of accuracy lost, the bar is {most_lost}"
  if agree < least_agree:
    yield f"{agree:.2f} % agree, the bar is {least_agree}"
  for column, bar in COST_BARS.get((name, what), {}).items():
    saved = 100 * (1 - cost[column] / whole[column])
    if saved < bar:
      yield f"{saved:.1f} % less {column}, the bar is {bar}"


def bench(name, rows, ways, formats, opt):
  """Prints the rows of one model; what falls short of its bar."""
  subject = SUBJECTS[name]
  with np.load(SHARED / f"data/{subject.data}.npz") as data:
    calibration, judged, labels = subject.split(data)
  short = []
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    model = without_softmax(SHARED / f"models/{subject.model}.onnx", folder)
    np.savez(folder / "calibrate.npz", x=calibration)
    np.savez(folder / "few.npz", x=calibration[::len(calibration) // FEW])
    real = tinyc(model, judged, folder)
    real_share = share(real.argmax(1), labels)
    whole = cost_of(model, "int8", opt, folder)
    row(name, "float", "", ["0.0", f"{real_share:.2f}", "100.00", "-",
                            *cost_cells(whole, whole), "-"])
    for what, way in ((what, way) for what in rows for way in ways
                      if "importance" not in what or way == "best"):
      ending = (CHANNEL_WAYS if "=" in what else WAYS)[way]
      pruned, notes, seconds = prune(model, folder,
                                     what.replace("+", ",") + ending)
      for kind in kinds(what, way, formats):
        options = [f"--quantize={kind}",
                   f"--calibration={folder / 'calibrate.npz'}"] if kind else []
        outputs = tinyc(pruned, judged, folder, *options)
        cost = cost_of(pruned, kind or "int8", opt, folder)
        accuracy = share(outputs.argmax(1), labels)
        agree = share(outputs.argmax(1), real.argmax(1))
        row(name, what.replace("+", ","), f"{way}, {kind}" if kind else way,
            [share_gone(notes), f"{accuracy:.2f}", f"{agree:.2f}",
             noise_text(real, outputs), *cost_cells(cost, whole),
             f"{seconds:.1f}"])
        if way == "best" and not kind:
          short += [f"{name} {what}: {problem}" for problem in shortfalls(
              name, what, real_share - accuracy, agree, cost, whole)]
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
  parser.add_argument("--opt", default="-O2", help="of arm-none-eabi-gcc")
  parser.add_argument("--ways", default=",".join(WAYS), help="default: all")
  parser.add_argument("--formats", default=",".join(FORMATS),
                      help="of rows that are quantized too; default: all")
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return 0
  rows = chosen(parser, args.rows, ROWS)
  ways = chosen(parser, args.ways, WAYS)
  formats = chosen(parser, args.formats, FORMATS) if args.formats else []
  print("| model | pruned | | gone % | accuracy % | agree % | dB | MACs | RAM "
        "| constants | code | flash | thousand instructions | s |\n" +
        14 * "|---" + "|")
  short = []
  for name in args.models or MODELS:
    short += bench(name, rows, ways, formats, args.opt)
  for line in short:
    print(line, file=sys.stderr)
  return 1 if short else 0


if __name__ == "__main__":
  sys.exit(main())
