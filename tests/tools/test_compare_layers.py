# SPDX-License-Identifier: Apache-2.0
"""Every layer of the int8 models is at most 1 LSB from onnxruntime's, given
the same operands.

onnxruntime runs each QuantizeLinear and DequantizeLinear as the file says.  It
sums in float, and a tie goes to the even number there: such values differ by
1 LSB.  The model in examples/ always runs; those in the folder `shared` beside
the checkout when it is there.
"""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("TINYC_SHARED_DIR", ROOT / "../shared"))
TINYC_RUN = (
    pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) /
    "tinyc-run")
DUMP_VALUES = ROOT / "tools/compare/dump_values.py"

SHARED_MODELS = [
    model for model in sorted((SHARED / "models").glob("*.onnx"))
    if any(word in model.stem for word in ("int8", "qdq", "qop"))
]
SAMPLES = 10
DIFFERENT_SHARE = 1e-4  # of all values of a model


def run(*command):
  return subprocess.run([str(c) for c in command], capture_output=True,
                        text=True)


def dump_values(model, inputs, values):
  for module in ("onnx", "onnxruntime"):
    pytest.importorskip(module, reason=f"skipped: no {module}")
  done = run(sys.executable, DUMP_VALUES, model, inputs, values)
  assert done.returncode == 0, done.stderr


def compare(model, inputs, folder):
  """The exit code, and the share of values that differ."""
  values = folder / "values.npz"
  dump_values(model, inputs, values)
  done = run(TINYC_RUN, model, f"--compare-layers={values}")
  last = done.stdout.splitlines()[-1]
  print(f"{model.stem}: {last}")
  different, total = re.search(r"(\d+) of (\d+) values differ", last).groups()
  return done.returncode, int(different) / int(total)


@pytest.fixture
def example(tmp_path):
  """The model in examples/ and a file of its inputs."""
  folder = ROOT / "examples/mnist"
  inputs = tmp_path / "inputs.npz"
  np.savez(inputs, x=np.load(folder / "digits.npz")["image"][:, None])
  return folder / "mnist_int8.onnx", inputs


def test_example(example, tmp_path):
  code, share = compare(*example, tmp_path)
  assert code == 0
  assert share <= DIFFERENT_SHARE


def test_wrong_layer_is_found(example, tmp_path):
  model, inputs = example
  values = tmp_path / "values.npz"
  dump_values(model, inputs, values)
  with np.load(values) as arrays:
    changed = dict(arrays)
  name = next(n for n, a in changed.items() if a.dtype.kind in "iu")
  changed[name].flat[0] ^= 2
  np.savez(values, **changed)
  done = run(TINYC_RUN, model, f"--compare-layers={values}")
  assert done.returncode == 1
  assert "2 LSB" in done.stdout.splitlines()[1]
  assert "more than 1 LSB" in done.stderr


def shared_inputs(model):
  if not model.stem.startswith("mnist"):
    return np.load(SHARED / f"data/io/{model.stem}.npz")["x"]
  data = np.load(SHARED / "data/mnist_10k.npz")
  images = data["images"][data["val_idx"][:SAMPLES]]
  images = (images / np.float32(255) - data["mean"]) / data["std"]
  return images.astype(np.float32)[:, None, None]


@pytest.mark.parametrize("model", SHARED_MODELS, ids=lambda path: path.stem)
def test_shared_model(model, tmp_path):
  inputs = tmp_path / "inputs.npz"
  np.savez(inputs, x=shared_inputs(model)[:SAMPLES])
  code, share = compare(model, inputs, tmp_path)
  assert code == 0
  assert share <= DIFFERENT_SHARE


def test_shared_models_are_there():
  if not SHARED_MODELS:
    pytest.skip(f"skipped: there are no models in {SHARED.name}/models")
