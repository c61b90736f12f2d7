# SPDX-License-Identifier: Apache-2.0
"""The memory plans of real models: the emitted C gives the numbers of the
reference while bytes that the plan says are not needed are overwritten and
guarded by AddressSanitizer, with inputs and outputs in the arena and without,
layer by layer and with layers that take turns row by row; and with inputs that
are handed in row by row.

The models in examples/ always run; those in the folder `shared` beside the
checkout when it is there.
"""

import os
import pathlib
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
MODELS = [*sorted((ROOT / "examples").glob("*/*.onnx")),
          *sorted((SHARED / "models").glob("*.onnx"))]
FLOAT_TOLERANCE = 1e-5  # of the largest output


def random_inputs(model, folder):
  """Two samples of each input of the model."""
  onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
  graph = onnx.load(str(model)).graph
  constants = {tensor.name for tensor in graph.initializer}
  random = np.random.default_rng(1)
  arrays = {}
  for value in graph.input:
    if value.name in constants:
      continue
    kind = value.type.tensor_type
    shape = [2] + [d.dim_value or 1 for d in kind.shape.dim][1:]
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
    if np.issubdtype(dtype, np.integer):
      limits = np.iinfo(dtype)
      array = random.integers(limits.min, limits.max, shape, endpoint=True)
    else:
      array = random.standard_normal(shape)
    arrays[value.name] = array.astype(dtype)
  np.savez(folder / "inputs.npz", **arrays)


def has_rows(model):
  """Whether tinyc can be handed in an input row by row."""
  done = subprocess.run(
      [BIN / "tinyc", model, "--input=rows", "--check"], capture_output=True,
      text=True)
  assert done.returncode == 0 or "has rows to hand in" in done.stderr
  return done.returncode == 0


def run(model, folder, *options):
  """The outputs of tinyc-run, by name."""
  outputs = folder / "outputs.npz"
  done = subprocess.run(
      [BIN / "tinyc-run", model, folder / "inputs.npz", "-o", outputs,
       *options], capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  return dict(np.load(outputs))


def by_rows(options):
  """The option for a plan in which layers take turns."""
  return ("--passes=clean,fuse,integers,slim,note-floats,forms,prepare-outputs,"
          "select-kernels,compress-weights,pack-weights,schedule,"
          "plan-memory{" + options + "},check-plan")


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_dead_bytes_are_dead(model, tmp_path):
  random_inputs(model, tmp_path)
  expected = run(model, tmp_path, "--engine=reference")
  plans = [[], ["--io-in-arena"], [by_rows("ram=min;extra-macs=10%")]]
  if has_rows(model):
    plans += [["--input=rows"], ["--input=rows", "--io-in-arena"],
              ["--input=rows", by_rows("ram=min")]]
  for options in plans:
    actual = run(model, tmp_path, "--engine=emitted", "--poison", *options)
    for name, want in expected.items():
      if np.issubdtype(want.dtype, np.integer):
        assert np.array_equal(actual[name], want), name
      else:
        # A comparison with NaN, which is what poison is, fails.
        slack = FLOAT_TOLERANCE * max(np.abs(want).max(), 1e-30)
        assert np.abs(actual[name] - want).max() <= slack, name
