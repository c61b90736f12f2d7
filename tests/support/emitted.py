# SPDX-License-Identifier: Apache-2.0
"""Compiles ONNX models with tinyc and runs the emitted C, for tests.

    program = emitted.Program("model.onnx", tmp_path)
    outputs = program.run([x], expected)
"""

import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINYC = pathlib.Path(
    os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) / "tinyc"

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic",
          "-Werror"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class Refused(Exception):
  """tinyc ended with exit code 1; the message is what it said."""


class Program:
  """An ONNX model as a program."""

  def __init__(self, model, folder, options=(), compiler="gcc",
               sanitize=False):
    """Compiles the ONNX file `model` into the empty folder `folder`."""
    self.folder = pathlib.Path(folder)
    done = subprocess.run(
        [TINYC, str(model), "-o", str(self.folder / "model.c"),
         "--prefix=model", *options], capture_output=True, text=True)
    if done.returncode == 1:
      raise Refused(done.stderr)
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
    self.build(compiler, sanitize)

  def build(self, compiler="gcc", sanitize=False):
    """Builds the emitted C under strict warnings."""
    if shutil.which(compiler) is None:
      pytest.skip(f"skipped: no {compiler}")
    done = subprocess.run(
        [compiler, *STRICT, "-O1", *(SANITIZE if sanitize else []), "model.c",
         str(ROOT / "tests/support/run_model.c"), "-I.", "-o", "program",
         "-lm"], cwd=self.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

  def run(self, inputs, like):
    """The outputs for `inputs`, arrays in the order of the model's inputs.

    `like` has the outputs' types and shapes: an exporter need not declare them.
    """
    done = subprocess.run(
        [self.folder / "program"], capture_output=True,
        input=b"".join(np.ascontiguousarray(x).tobytes() for x in inputs))
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout) == sum(y.nbytes for y in like), (
        "the outputs have other shapes")
    outputs, at = [], 0
    for y in like:
      outputs.append(np.frombuffer(done.stdout, y.dtype, y.size, at)
                     .reshape(y.shape))
      at += y.nbytes
    return outputs


def relative_difference(expected, actual):
  """The largest difference, relative to the largest expected number."""
  expected = np.asarray(expected, np.float64)
  actual = np.asarray(actual, np.float64)
  assert expected.shape == actual.shape
  if expected.size == 0:
    return 0.0
  scale = max(np.abs(expected).max(), 1e-30)
  return float(np.abs(expected - actual).max() / scale)
