# SPDX-License-Identifier: Apache-2.0
"""Real models, from the ONNX file to numbers that onnxruntime agrees with.

Every model is compiled by tinyc, built under strict warnings as C99 and as C++,
and run on recorded or real inputs.  Prints one row per
model:

  tinyc s   time to compile
  arena     bytes of RAM;  weights: bytes of constants
  flash     bytes of the object file for a Cortex-M4 at -Os, where there is a
            cross compiler
  max diff  float outputs: largest difference, relative to the largest output;
            integer outputs: in steps of the output (LSB)
  differ    share of output values that are not the same
  argmax    share of samples with the same winner (ties count as the same)

The models in examples/ always run; those in the folder `shared` beside the
checkout, which also holds their inputs, run when it is there.
"""

import ctypes
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import time

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
TINYC = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) / "tinyc"

STRICT = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]
FLOAT_TOLERANCE = 1e-5  # of the largest output
INT8_SAME_WINNER = 0.95  # of the samples
MNIST_SAMPLES = 200

EXAMPLES = sorted((ROOT / "examples").glob("*/*.onnx"))
SHARED_MODELS = sorted((SHARED / "models").glob("*.onnx"))
# float MLPerf Tiny models that keep their batch norms have the inputs of
# another file.
SAME_INPUTS = {"ic_fp32_h5": "ic_fp32"}


@dataclasses.dataclass
class Measured:
  """What the table shows of one model."""
  name: str
  seconds: float
  arena: int
  weights: int
  flash: int | None
  step: bool  # differences are in steps of a quantized output
  max_diff: float
  differ: float
  same_winner: float


ROWS: list[Measured] = []


def run(*command, cwd=None):
  done = subprocess.run([str(c) for c in command], cwd=cwd,
                        capture_output=True, text=True)
  assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
  return done.stdout


def onnxruntime_outputs(model, samples):
  ort = pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
  ort.set_default_logger_severity(3)
  session = ort.InferenceSession(str(model),
                                 providers=["CPUExecutionProvider"])
  name = session.get_inputs()[0].name
  return np.stack([session.run(None, {name: x})[0] for x in samples])


def inputs_and_outputs(model):
  """Samples for `model` and what onnxruntime makes of them."""
  if model.is_relative_to(ROOT):
    images = np.load(model.parent / "digits.npz")["image"]
    samples = images[:, None]
  elif model.stem.startswith("mnist"):
    data = np.load(SHARED / "data/mnist_10k.npz")
    images = data["images"][data["val_idx"][:MNIST_SAMPLES]]
    images = (images / np.float32(255) - data["mean"]) / data["std"]
    samples = images.astype(np.float32)[:, None, None]
  else:
    stem = SAME_INPUTS.get(model.stem, model.stem)
    recorded = np.load(SHARED / f"data/io/{stem}.npz")
    if stem == model.stem:
      return recorded["x"], recorded["y_onnxruntime"]
    samples = recorded["x"]
  return samples, onnxruntime_outputs(model, samples)


def compile_model(model, folder):
  """model.c and model.h in `folder`; seconds taken, and the report."""
  before = time.perf_counter()
  run(TINYC, model, "-o", folder / "model.c", "--report",
      folder / "report.json")
  seconds = time.perf_counter() - before
  return seconds, json.loads((folder / "report.json").read_text())


def build_strictly(folder):
  """Builds model.so; checks that both files are C99 and C++."""
  run("gcc", "-std=c99", *STRICT, "-O2", "-fPIC", "-c", "model.c", cwd=folder)
  (folder / "main.cc").write_text(
      '#include "model.h"\n'
      'int main() { return model_model.abi == 1 ? 0 : 1; }\n')
  run("g++", "-std=c++17", *STRICT, "main.cc", "model.o", "-o", "main",
      cwd=folder)
  run(folder / "main")
  run("g++", "-std=c++17", *STRICT, "-x", "c++", "-c", "model.c", "-o",
      "cxx.o", cwd=folder)
  run("gcc", "-shared", "model.o", "-o", "model.so", "-lm", cwd=folder)


def flash_bytes(folder):
  """Bytes of code and constants on a Cortex-M4, or None."""
  if shutil.which("arm-none-eabi-gcc") is None:
    return None
  run("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-std=c99",
      "-c", "model.c", "-o", "arm.o", cwd=folder)
  text, data, _ = run("arm-none-eabi-size", "arm.o",
                      cwd=folder).splitlines()[1].split()[:3]
  return int(text) + int(data)


def run_model(folder, samples, expected):
  """The outputs of model_run, in the shape and type of `expected`."""
  library = ctypes.CDLL(str(folder / "model.so"))
  outputs = np.empty_like(expected)
  for x, y in zip(np.ascontiguousarray(samples), outputs):
    code = library.model_run(x.ctypes.data_as(ctypes.c_void_p),
                             y.ctypes.data_as(ctypes.c_void_p))
    assert code == 0
  return outputs


def same_winners(expected, actual):
  """Share of samples that have the same winner, or one in a tie for it."""
  expected = expected.reshape(len(expected), -1)
  actual = actual.reshape(len(actual), -1)
  leaders = expected == expected.max(axis=1, keepdims=True)
  return float(np.mean(
      (leaders & (actual == actual.max(axis=1, keepdims=True))).any(axis=1)))


def is_quantized(model):
  return any(word in model.stem for word in ("int8", "qdq", "qop"))


@pytest.mark.parametrize("model", EXAMPLES + SHARED_MODELS,
                         ids=lambda path: path.stem)
def test_model(model, tmp_path):
  seconds, report = compile_model(model, tmp_path)
  build_strictly(tmp_path)
  samples, expected = inputs_and_outputs(model)
  actual = run_model(tmp_path, samples, expected)

  step = expected.dtype.kind in "iu"
  difference = np.abs(actual.astype(np.float64) - expected).max()
  if not step:
    difference /= np.abs(expected).max()
  row = Measured(model.stem, seconds, report["arena_bytes"],
                 report["weight_bytes"], flash_bytes(tmp_path), step,
                 float(difference), float(np.mean(actual != expected)),
                 same_winners(expected, actual))
  ROWS.append(row)
  if is_quantized(model):
    assert row.same_winner >= INT8_SAME_WINNER, row
  else:
    assert row.max_diff <= FLOAT_TOLERANCE, row


def test_shared_models_are_there():
  if not SHARED_MODELS:
    pytest.skip(f"skipped: there are no models in {SHARED.name}/models")


@pytest.fixture(scope="module", autouse=True)
def table(request):
  yield
  if not ROWS:
    return
  lines = [f"{'model':<22}{'tinyc s':>8}{'arena':>9}{'weights':>9}"
           f"{'flash':>9}{'max diff':>12}{'differ':>9}{'argmax':>9}"]
  for row in ROWS:
    diff = f"{row.max_diff:.0f} LSB" if row.step else f"{row.max_diff:.1e}"
    flash = "-" if row.flash is None else row.flash
    lines.append(f"{row.name:<22}{row.seconds:>8.2f}{row.arena:>9}"
                 f"{row.weights:>9}{flash:>9}{diff:>12}{row.differ:>8.2%}"
                 f" {row.same_winner:>8.2%}")
  # pytest would show no output of tests that pass.
  capture = request.config.pluginmanager.getplugin("capturemanager")
  with capture.global_and_fixture_disabled():
    print("\n".join(["", *lines]))
