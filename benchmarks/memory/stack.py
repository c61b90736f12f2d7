# SPDX-License-Identifier: Apache-2.0
"""The stack that emitted models take on a Cortex-M4.

Compiles each model and reads gcc's call graph with the frame of every function.
Emitted C has no recursion, no arrays of variable length and no pointers to
functions that it calls, so that the deepest path from <prefix>_run is what a run
takes, apart from functions of the compiler's and C library, which are named.
Prints a Markdown table:

  stack    bytes of the deepest path
  run      bytes of <prefix>_run, which lists the calls
  deepest  the function under it with most bytes
  library  functions whose frames gcc does not know

and with --families the largest and the mean frame per family of kernels, from
which tinyc's own estimate is made.  Exit code 1 when a frame has no fixed size
or a function calls itself.

    stack.py [--opt=-Os] [--families] [--ram=min] [model.onnx ...]
"""
import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
ARM = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16",
       "-mfloat-abi=hard")
NODE = re.compile(r'node: \{ title: "([^"]*)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"')
FRAME = re.compile(r"(\d+) bytes \((\w+(?:,\w+)?)\)")


class Unbounded(Exception):
  """The stack of a model has no bound."""


def emit(model, options, folder):
  """Compiles the model to folder/model.c; False when tinyc refuses it."""
  done = subprocess.run(
      [BIN / "tinyc", str(model), *options, "-o", str(folder / "model.c")],
      capture_output=True, text=True)
  return done.returncode == 0


def call_graph(folder, compiler, opt):
  """Frames in bytes by function, and the functions that each calls."""
  subprocess.run([*compiler, opt, "-std=c99", "-fcallgraph-info=su,da", "-c",
                  "model.c", "-o", "model.o"], cwd=folder, check=True)
  text = (folder / "model.ci").read_text()
  frames, calls = {}, collections.defaultdict(set)
  for title, label in NODE.findall(text):
    frame = FRAME.search(label)
    if frame is None:
      continue
    if frame[2] != "static":
      raise Unbounded(f"{title} has a frame of no fixed size")
    frames[title] = int(frame[1])
  for source, target in EDGE.findall(text):
    calls[source].add(target)
  return frames, calls


def deepest(function, frames, calls, above=()):
  """The bytes of the deepest path from `function`, and its functions."""
  if function in above:
    raise Unbounded(f"{function} calls itself")
  paths = [deepest(callee, frames, calls, (*above, function))
           for callee in calls[function] if callee in frames]
  most, path = max(paths, default=(0, []))
  return frames[function] + most, [function, *path]


def plain(function):
  """A function's name without its file."""
  return function.rpartition(":")[2]


def measure(model, options, compiler, opt):
  """(stack, run, deepest path, library functions, frames), or None."""
  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    if not emit(model, options, folder):
      return None
    frames, calls = call_graph(folder, compiler, opt)
  stack, path = deepest("model_run", frames, calls)
  library = {callee for function in frames for callee in calls[function]
             if callee not in frames}
  return (stack, frames["model_run"], [plain(f) for f in path],
          sorted(plain(f) for f in library),
          {plain(f): bytes_ for f, bytes_ in frames.items()})


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--opt", default="-Os")
  parser.add_argument("--families", action="store_true")
  parser.add_argument("--ram", help="of tinyc")
  parser.add_argument("models", nargs="*")
  args = parser.parse_args()
  models = [pathlib.Path(m) for m in args.models] or [
      *sorted((ROOT / "examples").glob("*/*.onnx")),
      *sorted((SHARED / "models").glob("*.onnx"))]
  options = [f"--ram={args.ram}"] if args.ram else []
  by_family = collections.defaultdict(list)
  print("| model | stack | run | deepest | library |\n|---|---|---|---|---|")
  for model in models:
    try:
      measured = measure(model, options, ARM, args.opt)
    except Unbounded as error:
      sys.exit(f"{model.name}: {error}")
    if measured is None:
      print(f"| {model.stem} | refused by tinyc | | | |")
      continue
    stack, run, path, library, frames = measured
    print(f"| {model.stem} | {stack} | {run} | {' > '.join(path[1:])} | "
          f"{', '.join(library)} |")
    for function, frame in frames.items():
      family = re.fullmatch(r"(.*)_\d+", function)
      if family and not function.startswith("model_"):
        by_family[family[1]].append(frame)
  if args.families:
    print("\n| family | functions | largest | mean |\n|---|---|---|---|")
    for family, sizes in sorted(by_family.items()):
      print(f"| {family} | {len(sizes)} | {max(sizes)} | "
            f"{sum(sizes) / len(sizes):.0f} |")


if __name__ == "__main__":
  main()
