#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Broken models and wrong requests: tinyc says what is wrong and leaves nothing.

  bad_input.py [--tinyc PATH] [--flips N] [--models FILE...]

Every model is cut off at each 5 % of its length, has single bytes changed, and
is asked for with options that do not fit it.  Each run must end with exit code
1 or 2, a sentence on stderr and an empty folder; a changed byte may also leave
a valid model, which gives its two files and exit code 0.  Use the program of a
build with sanitizers: their reports count as failures.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("TINYC_SHARED_DIR", ROOT / "../shared"))
SEED = 1
TIMEOUT = 300  # seconds
MEMORY = 8 << 30  # bytes that a program without sanitizers may ask for

# A sanitizer's own words for memory that runs out: without it, operator new
# throws and tinyc reports that.
NO_MEMORY = ("allocation-size-too-big", "out-of-memory",
             "exceeds maximum supported size")
REPORTS = ("Sanitizer", "runtime error:", "terminate called", "Assertion")


@dataclasses.dataclass
class Case:
  name: str
  arguments: list  # of tinyc, in a folder of its own
  model: bytes | None = None  # written to model.onnx there
  may_pass: bool = False  # exit code 0 is fine


def all_models():
  """The models in examples/ and, when it is there, in the sibling folder."""
  return (sorted((ROOT / "examples").glob("*/*.onnx")) +
          sorted((SHARED / "models").glob("*.onnx")))


def cut_cases(model):
  contents = model.read_bytes()
  for percent in range(0, 100, 5):
    yield Case(f"{model.stem} cut at {percent} %",
               ["model.onnx", "-o", "out/model.c"],
               contents[:len(contents) * percent // 100])


def flip_cases(model, count, rng):
  """Half of the changes are where a file has its nodes: in the beginning."""
  contents = model.read_bytes()
  nodes = max(len(contents) // 10, min(len(contents), 4096))
  for i in range(count):
    changed = bytearray(contents)
    position = rng.randrange(nodes if i % 2 == 0 else len(contents))
    changed[position] ^= rng.randrange(1, 256)
    yield Case(
        f"{model.stem} byte {position}: {contents[position]} to "
        f"{changed[position]}", ["model.onnx", "-o", "out/model.c"],
        bytes(changed), may_pass=True)


def request_cases(model):
  for arguments in (
      ["missing.onnx", "-o", "out/model.c"],
      ["model.onnx", "-o", "missing/model.c"],
      ["model.onnx", "-o", "model.onnx/model.c"],
      ["model.onnx", "-o", "out/model.c", "--no-such-option"],
      ["model.onnx", "-o", "out/model.c", "--target=no-such-target"],
      ["model.onnx", "-o", "out/model.c", "--passes=no-such-pass"],
      ["model.onnx", "-o", "out/model.c", "--dim=no_such_dim=1"],
      ["model.onnx", "-o", "out/model.c", "--dim=batch=x"],
      ["model.onnx", "-o", "out/model.c", "--dim=batch=-1"],
      ["model.onnx", "-o", "out/model.c", "--dim=batch"],
      ["model.onnx", "-o", "out/model.c", "--shape=no_such_input=1x2"],
      ["model.onnx", "-o", "out/model.c", "--shape=input=1xx2"],
      ["model.onnx", "-o", "out/model.c", "--shape=input"],
      ["model.onnx", "-o", "out/model.c", "--verify=missing.npz"],
      ["model.onnx"],
      ["model.onnx", "model.onnx", "-o", "out/model.c"],
  ):
    yield Case(f"{model.stem}: {' '.join(arguments)}", arguments,
               model.read_bytes())


def all_cases(models, flips):
  rng = random.Random(SEED)
  cases = []
  for i, model in enumerate(models):
    cases += cut_cases(model)
    share = flips // len(models) + (i < flips % len(models))
    cases += flip_cases(model, share, rng)
    cases += request_cases(model)
  return cases


def complaint(tinyc, case, sanitized):
  """Runs a case.  The exit code, and what is wrong with the run or None."""
  def limit_memory():
    if not sanitized:
      resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

  with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "out").mkdir()
    if case.model is not None:
      (folder / "model.onnx").write_bytes(case.model)
    try:
      done = subprocess.run([tinyc, *case.arguments], cwd=folder, text=True,
                            errors="replace", capture_output=True,
                            timeout=TIMEOUT, preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
      return None, f"takes more than {TIMEOUT} s"
    left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() and path.name != "model.onnx")
  code, errors = done.returncode, done.stderr
  if any(words in errors for words in NO_MEMORY):
    return 1, None if not left else f"leaves {left}"
  for words in REPORTS:
    if words in errors:
      return code, errors[max(0, errors.find(words) - 200):][:2000]
  if code == 0 and case.may_pass:
    wanted = ["out/model.c", "out/model.h"]
    return code, None if left == wanted else f"exit code 0 with files {left}"
  if code not in (1, 2):
    return code, f"exit code {code}: {errors[:500]}"
  if left:
    return code, f"leaves {left}: {errors[:500]}"
  first = errors.strip().splitlines()[:1]
  if not first or len(first[0].split()) < 3:
    return code, f"says only {errors!r}"
  return code, None


def run_cases(tinyc, cases, jobs):
  """Counts of exit codes, and the failures, each a line or more."""
  sanitized = b"__asan_init" in pathlib.Path(tinyc).read_bytes()
  codes = {}
  failures = []
  with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
    for case, (code, wrong) in zip(
        cases, pool.map(lambda c: complaint(tinyc, c, sanitized), cases)):
      codes[code] = codes.get(code, 0) + 1
      if wrong is not None:
        failures.append(f"{case.name}: {wrong}")
  return codes, failures


def main():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
  parser.add_argument("--tinyc", default=ROOT / "build/bin/tinyc",
                      type=pathlib.Path, help="the program")
  parser.add_argument("--flips", default=1000, type=int,
                      help="changed bytes over all models (default: 1000)")
  parser.add_argument("--models", nargs="*", type=pathlib.Path,
                      help="models (default: all)")
  parser.add_argument("--jobs", default=os.cpu_count(), type=int)
  arguments = parser.parse_args()

  models = arguments.models or all_models()
  cases = all_cases(models, arguments.flips)
  codes, failures = run_cases(arguments.tinyc.resolve(), cases,
                              arguments.jobs)
  for failure in failures:
    print(failure)
  counts = ", ".join(f"{n} with exit code {code}"
                     for code, n in sorted(codes.items(), key=str))
  print(f"{len(cases)} runs of {len(models)} models: {counts}; "
        f"{len(failures)} failures")
  return 1 if failures else 0


if __name__ == "__main__":
  sys.exit(main())
