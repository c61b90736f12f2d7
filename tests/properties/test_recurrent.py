# SPDX-License-Identifier: Apache-2.0
"""Random RNN, GRU and LSTM models: the emitted C against onnxruntime.

Every seed is a model with a random cell, direction, layout, activations, clip,
optional operands (constant or inputs) and set of outputs.  Layout 1, which
onnxruntime lacks, is its layout 0 with transposed tensors.
"""

import os
import pathlib
import sys

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
ort = pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
import emitted  # noqa: E402

SEEDS = range(int(os.environ.get("TINYC_PROPERTY_SEEDS", "60")))
TOLERANCE = 1e-5  # of the greatest value of an output, or of 1

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
ACTIVATIONS = {  # name: takes alpha, takes beta
    "Relu": (False, False), "Tanh": (False, False), "Sigmoid": (False, False),
    "Affine": (True, True), "LeakyRelu": (True, False),
    "ThresholdedRelu": (True, False), "ScaledTanh": (True, True),
    "HardSigmoid": (True, True), "Elu": (True, False),
    "Softsign": (False, False), "Softplus": (False, False)}


class Case:
  """A model as tinyc gets it, its inputs, and onnxruntime's outputs."""

  def __init__(self, seed):
    rng = np.random.default_rng(seed)
    self.rng = rng
    cell = str(rng.choice(list(GATES)))
    gates = GATES[cell]
    direction = str(rng.choice(["forward", "reverse", "bidirectional"]))
    dirs = 2 if direction == "bidirectional" else 1
    steps, batch, size = (int(v) for v in rng.integers(1, [12, 4, 12]))
    hidden = int(rng.integers(1, 14))
    self.layout = int(rng.integers(2))
    attrs = {"hidden_size": hidden, "direction": direction}
    if rng.random() < 0.3:
      attrs["clip"] = float(rng.uniform(0.2, 2))
    if cell == "GRU":
      attrs["linear_before_reset"] = int(rng.integers(2))
    if cell == "LSTM" and rng.random() < 0.2:
      attrs["input_forget"] = 1
    if rng.random() < 0.5:
      # Gates without bounds make states that grow with every step.
      attrs.setdefault("clip", 1.0)
      steps = min(steps, 4)
      self.add_activations(attrs, dirs * {"RNN": 1, "GRU": 2, "LSTM": 3}[cell])

    def reals(*shape, bound=1.0):
      return rng.uniform(-bound, bound, shape).astype(np.float32)

    def maybe(array):
      return array if rng.random() < 0.6 else None

    rows = gates * hidden
    bound = 1.5 / np.sqrt(hidden)
    operands = {
        "x": reals(steps, batch, size, bound=2.0),
        "w": reals(dirs, rows, size, bound=bound),
        "r": reals(dirs, rows, hidden, bound=bound),
        "b": maybe(reals(dirs, 2 * rows)),
        "lengths": maybe(rng.integers(1, steps + 1, batch).astype(np.int32)),
        "h": maybe(reals(dirs, batch, hidden))}
    if cell == "LSTM":
      operands["c"] = maybe(reals(dirs, batch, hidden))
      operands["p"] = maybe(reals(dirs, 3 * hidden))
    outputs = ["y", "yh", "yc"][:3 if cell == "LSTM" else 2]
    wanted = [o for o in outputs if rng.random() < 0.6] or ["y"]
    outputs = [o if o in wanted else "" for o in outputs]
    # x is an input; any other operand is one now and then.
    inputs = {"x"} | {n for n in operands if rng.random() < 0.2}
    inputs = {n for n in inputs if operands[n] is not None}

    self.wanted = wanted
    self.expected = self.run(
        self.model(cell, attrs, operands, outputs, inputs, 0),
        {n: operands[n] for n in inputs})
    if self.layout == 1:
      for name in ("x", "h", "c"):
        if operands.get(name) is not None:
          operands[name] = np.ascontiguousarray(
              operands[name].swapaxes(0, 1))
      self.expected = [
          np.ascontiguousarray(v.transpose(2, 0, 1, 3) if o == "y" else
                               v.swapaxes(0, 1))
          for o, v in zip(wanted, self.expected)]
    self.onnx = self.model(cell, attrs, operands, outputs, inputs, self.layout)
    # In the order of the model's inputs.
    self.inputs = [operands[v.name] for v in self.onnx.graph.input]

  def add_activations(self, attrs, count):
    names = [str(n) for n in self.rng.choice(list(ACTIVATIONS), count)]
    attrs["activations"] = names
    alpha = [float(self.rng.uniform(0.1, 1)) for n in names if ACTIVATIONS[n][0]]
    beta = [float(self.rng.uniform(0.1, 1)) for n in names if ACTIVATIONS[n][1]]
    if alpha:
      attrs["activation_alpha"] = alpha
    if beta:
      attrs["activation_beta"] = beta

  @staticmethod
  def model(cell, attrs, operands, outputs, inputs, layout):
    if layout:
      attrs = dict(attrs, layout=layout)
    helper, proto = onnx.helper, onnx.TensorProto
    node = helper.make_node(
        cell, [n if v is not None else "" for n, v in operands.items()],
        outputs, **attrs)
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(
            n, proto.INT32 if v.dtype == np.int32 else proto.FLOAT, v.shape)
         for n, v in operands.items() if n in inputs],
        [helper.make_tensor_value_info(n, proto.FLOAT, None)
         for n in outputs if n],
        [onnx.numpy_helper.from_array(v, n)
         for n, v in operands.items() if v is not None and n not in inputs])
    return helper.make_model(graph, ir_version=8,
                             opset_imports=[helper.make_opsetid("", 14)])

  @staticmethod
  def run(model, inputs):
    ort.set_default_logger_severity(3)
    session = ort.InferenceSession(model.SerializeToString(),
                                   providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_recurrent(seed, tmp_path):
  case = Case(seed)
  onnx.save(case.onnx, str(tmp_path / "model.onnx"))
  program = emitted.Program(tmp_path / "model.onnx", tmp_path, sanitize=True)
  outputs = program.run(case.inputs, case.expected)
  for name, actual, expected in zip(case.wanted, outputs, case.expected):
    assert np.isfinite(expected).all()
    greatest = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(actual, expected, rtol=0,
                               atol=TOLERANCE * greatest,
                               err_msg=f"{name}, seed {seed}")
