# SPDX-License-Identifier: Apache-2.0
"""What tinyc --emit=onnx writes, run by onnxruntime.

Float models give what the model gave that they were written from.  Quantized
ones have the winner of tinyc's integers, and layers that are at most 1 LSB away,
given the same operands.
"""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
ort = pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
EXPORTED = sorted((ROOT / "tests/exports/models").glob("*.onnx"))
MNIST = ROOT / "examples/mnist/mnist.onnx"
MNIST_INT8 = ROOT / "examples/mnist/mnist_int8.onnx"
DIGITS = ROOT / "examples/mnist/digits.npz"
TOLERANCE = 1e-5  # of the largest output
LEVELS = ort.GraphOptimizationLevel


def run(program, *arguments):
  return subprocess.run([str(BIN / program)] + [str(a) for a in arguments],
                        capture_output=True, text=True)


def write_onnx(model, out, *options):
  done = run("tinyc", model, "--emit=onnx", "-o", out, *options)
  assert done.returncode == 0, done.stderr
  onnx.checker.check_model(str(out), full_check=True)
  return out


def session(model, level=LEVELS.ORT_DISABLE_ALL):
  options = ort.SessionOptions()
  options.log_severity_level = 3
  options.graph_optimization_level = level
  return ort.InferenceSession(str(model), options,
                              providers=["CPUExecutionProvider"])


def random_inputs(runner, seed):
  random = np.random.default_rng(seed)
  types = {"tensor(float)": np.float32, "tensor(int8)": np.int8}
  return {x.name: random.uniform(-3, 3, x.shape).astype(types[x.type])
          for x in runner.get_inputs()}


@pytest.mark.parametrize("model", EXPORTED + [MNIST, MNIST_INT8],
                         ids=lambda path: path.stem)
def test_computes_what_the_model_does(model, tmp_path):
  before = session(model)
  after = session(write_onnx(model, tmp_path / "out.onnx"))
  names = lambda values: [value.name for value in values]
  assert names(before.get_inputs()) == names(after.get_inputs())
  assert names(before.get_outputs()) == names(after.get_outputs())
  for seed in range(3):
    inputs = random_inputs(before, seed)
    for want, got in zip(before.run(None, inputs), after.run(None, inputs),
                         strict=True):
      assert want.shape == got.shape and want.dtype == got.dtype
      np.testing.assert_allclose(got, want, rtol=0,
                                 atol=TOLERANCE * np.abs(want).max())


def test_keeps_the_names_of_values(tmp_path):
  out = onnx.load(write_onnx(MNIST, tmp_path / "out.onnx", "--passes=clean"))
  values = lambda model: {name for node in model.graph.node
                          for name in node.output}
  kept = {name for node in onnx.load(MNIST).graph.node
          for name in node.output if node.op_type in ("Conv", "Relu", "MaxPool")}
  assert kept and kept <= values(out)


@pytest.mark.parametrize("level", [LEVELS.ORT_DISABLE_ALL,
                                   LEVELS.ORT_ENABLE_ALL],
                         ids=["plain", "optimized"])
@pytest.mark.parametrize("io", ["keep", "int8", "int16"])
@pytest.mark.parametrize("kind", ["int8", "int16x8", "w4a8"])
def test_quantized_digits_have_the_same_winner(kind, io, level, tmp_path):
  options = [f"--quantize={kind}", f"--calibration={DIGITS}", f"--io={io}"]
  runner = session(write_onnx(MNIST, tmp_path / "out.onnx", *options), level)
  images = np.load(DIGITS)["image"]
  if io != "keep":
    random = np.random.default_rng(1)
    dtype = np.dtype(io)
    images = random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max,
                             images.shape, dtype)
  np.savez(tmp_path / "inputs.npz", image=images)
  done = run("tinyc-run", tmp_path / "out.onnx", tmp_path / "inputs.npz", "-o",
             tmp_path / "outputs.npz")
  assert done.returncode == 0, done.stderr
  integers = np.load(tmp_path / "outputs.npz")["logits"].reshape(20, 10)
  (x,) = runner.get_inputs()
  outputs = np.stack([runner.run(None, {x.name: image.reshape(x.shape)})[0][0]
                      for image in images])
  assert outputs.dtype == integers.dtype
  same = outputs.argmax(1) == integers.argmax(1)
  # Of random images two digits may be as good as each other.
  assert same.mean() == 1 if io == "keep" else same.mean() > 0.8


@pytest.mark.parametrize("kind", ["int8", "int16x8", "w4a8"])
def test_layers_are_within_one_step(kind, tmp_path):
  out = write_onnx(MNIST, tmp_path / "out.onnx", f"--quantize={kind}",
                   f"--calibration={DIGITS}")
  np.savez(tmp_path / "inputs.npz",
           image=np.load(DIGITS)["image"].reshape(20, 1, 1, 28, 28))
  values = tmp_path / "values.npz"
  done = subprocess.run(
      [sys.executable, str(ROOT / "tools/compare/dump_values.py"), str(out),
       str(tmp_path / "inputs.npz"), str(values)], capture_output=True,
      text=True)
  assert done.returncode == 0, done.stderr
  done = run("tinyc-run", out, f"--compare-layers={values}")
  assert done.returncode == 0, done.stdout
  total = re.search(r"of (\d+) values differ", done.stdout).group(1)
  # Every image has some ten thousand values between its layers.
  assert int(total) > 20 * 10000


def test_pruned_digits_have_their_zeros(tmp_path):
  options = ["--prune=2:4", f"--calibration={DIGITS}"]
  out = write_onnx(MNIST, tmp_path / "out.onnx", *options)
  weights = [onnx.numpy_helper.to_array(t)
             for t in onnx.load(out).graph.initializer]
  weights = [w for w in weights if w.ndim in (2, 4)]
  zeros = [np.mean(w == 0) for w in weights]
  # All but the first and the depthwise convolution.
  assert sum(z >= 0.5 for z in zeros) == len(weights) - 2, zeros
  for w in weights:
    if w.ndim == 2 or np.mean(w == 0) < 0.5:
      continue
    # The input channels of each kernel position are neighbours.
    rows = w.reshape(*w.shape[:2], -1).transpose(0, 2, 1).reshape(len(w), -1)
    whole = rows.shape[1] // 4 * 4
    assert ((rows[:, :whole].reshape(-1, 4) != 0).sum(1) <= 2).all()
  done = run("tinyc-run", MNIST, DIGITS, "-o", tmp_path / "y.npz",
             "--engine=reference", *options)
  assert done.returncode == 0, done.stderr
  x = np.load(DIGITS)
  x = x[x.files[0]]
  runner = session(out)
  (name,) = [i.name for i in runner.get_inputs()]
  shape = [d if isinstance(d, int) else 1 for d in runner.get_inputs()[0].shape]
  expected = np.load(tmp_path / "y.npz")
  expected = expected[expected.files[0]].reshape(len(x), -1)
  for row, image in zip(expected, x):
    (y,) = runner.run(None, {name: image.reshape(shape)})
    assert np.abs(y.ravel() - row).max() <= TOLERANCE * np.abs(row).max()
