#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Feeds damaged models to tinyc and checks that it fails as it promises.

    tests/tools/bad_input.py [--count 1000] [--seed 1] MODEL.onnx...

Of every model: cut files, and files with one to four flipped bits.  tinyc ends
with exit code 0, or with 1, an `error: ` on stderr, nothing on stdout and no
file; within 20 seconds and 4 GiB of memory.  Prints a row per model and the
first lines of what broke the promise; exits with 1 when anything did.
"""

import argparse
import collections
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINYC = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) / "tinyc"
SECONDS = 20
MEMORY = 4 << 30
OUTPUTS = {"m.c", "m.h"}


def limit_memory():
  resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def damaged(model, rng):
  """`model` cut short, one time in ten, or with flipped bits."""
  if rng.random() < 0.1:
    return model[:rng.randrange(len(model))]
  data = bytearray(model)
  # Weights are most of a file; half of the flips hit its ends, where the graph
  # and its names are.
  for _ in range(rng.randint(1, 4)):
    end = min(4000, len(data))
    at = rng.choice([rng.randrange(len(data)), rng.randrange(end),
                     len(data) - 1 - rng.randrange(end)])
    data[at] ^= 1 << rng.randrange(8)
  return bytes(data)


def complaint(model, folder):
  """What tinyc did wrong on this file, or None; and its exit code."""
  output = folder / "out"
  output.mkdir()
  (folder / "in.onnx").write_bytes(model)
  try:
    done = subprocess.run([TINYC, folder / "in.onnx", "-o", output / "m.c"],
                          capture_output=True, text=True, errors="replace",
                          timeout=SECONDS, preexec_fn=limit_memory, check=False)
  except subprocess.TimeoutExpired:
    return "timeout", "timeout"
  files = {path.name for path in output.iterdir()}
  for path in output.iterdir():
    path.unlink()
  output.rmdir()
  wrong = None
  if done.returncode not in (0, 1):
    wrong = f"exit code {done.returncode}"
  elif done.stdout:
    wrong = "wrote to stdout"
  elif done.returncode == 0 and files != OUTPUTS:
    wrong = f"done, but wrote {sorted(files)}"
  elif done.returncode == 1 and files:
    wrong = f"failed, but wrote {sorted(files)}"
  elif done.returncode == 1 and "error: " not in done.stderr:
    wrong = "failed without an error"
  if wrong:
    wrong += ": " + done.stderr.strip()[-300:]
  return wrong, done.returncode


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("models", nargs="+", type=pathlib.Path)
  parser.add_argument("--count", type=int, default=1000)
  parser.add_argument("--seed", type=int, default=1)
  parser.add_argument("--keep", type=pathlib.Path,
                      help="folder for the files that broke the promise")
  options = parser.parse_args()
  failures = 0
  print(f"{'model':<24}{'files':>7}{'compiled':>10}{'refused':>9}{'broken':>8}")
  for path in options.models:
    model = path.read_bytes()
    rng = random.Random(f"{options.seed} {path.name}")
    ends = collections.Counter()
    for i in range(options.count):
      data = damaged(model, rng)
      with tempfile.TemporaryDirectory() as folder:
        wrong, code = complaint(data, pathlib.Path(folder))
      ends["broken" if wrong else code] += 1
      if wrong:
        print(f"  {path.stem} #{i}: {wrong}", file=sys.stderr)
        if options.keep:
          options.keep.mkdir(parents=True, exist_ok=True)
          (options.keep / f"{path.stem}_{i}.onnx").write_bytes(data)
    failures += ends["broken"]
    print(f"{path.stem:<24}{options.count:>7}{ends[0]:>10}{ends[1]:>9}"
          f"{ends['broken']:>8}", flush=True)
  return 1 if failures else 0


if __name__ == "__main__":
  sys.exit(main())
