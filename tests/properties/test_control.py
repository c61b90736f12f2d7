# SPDX-License-Identifier: Apache-2.0
"""If, Loop and Scan as exporters write them, against onnxruntime.

The emitted C runs under sanitizers, on random inputs.
"""

import pathlib
import sys

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
onnxruntime = pytest.importorskip("onnxruntime",
                                  reason="skipped: no onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import emitted  # noqa: E402

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, kind, shape):
  return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
  return numpy_helper.from_array(np.asarray(array), name)


def graph(nodes, inputs, outputs, constants=()):
  return helper.make_graph(
      [helper.make_node(op, ins, outs, **attributes)
       for op, ins, outs, attributes in nodes],
      "g", inputs, outputs, constants)


def weights(*shape):
  return np.random.default_rng(1).standard_normal(shape, np.float32) * 0.3


def recurrent_loop():
  """Weights from outside, a state, and all states."""
  body = graph(
      [("MatMul", ["h", "R"], ["hr"], {}), ("Add", ["hr", "xw"], ["s"], {}),
       ("Tanh", ["s"], ["hn"], {}), ("Identity", ["hn"], ["all_n"], {}),
       ("Identity", ["c"], ["cn"], {})],
      [value("i", INT64, []), value("c", BOOL, []),
       value("h", FLOAT, [1, 8])],
      [value("cn", BOOL, []), value("hn", FLOAT, [1, 8]),
       value("all_n", FLOAT, [1, 8])])
  return graph(
      [("MatMul", ["x", "W"], ["xw"], {}),
       ("Loop", ["n", "", "h0"], ["last", "all"], {"body": body})],
      [value("x", FLOAT, [1, 4]), value("h0", FLOAT, [1, 8])],
      [value("last", FLOAT, [1, 8]), value("all", FLOAT, [6, 1, 8])],
      [constant("W", weights(4, 8)), constant("R", weights(8, 8)),
       constant("n", np.int64(6))])


def while_with_if():
  """A condition that is computed, and a choice inside."""
  double = graph([("Mul", ["v", "two"], ["a"], {})], [],
                 [value("a", FLOAT, [3])])
  grow = graph([("Add", ["v", "x"], ["b"], {})], [], [value("b", FLOAT, [3])])
  body = graph(
      [("If", ["flag"], ["vn"],
        {"then_branch": double, "else_branch": grow}),
       ("Sub", ["k", "one"], ["kn"], {}), ("Cast", ["kn"], ["more"], {"to": 9})],
      [value("i", INT64, []), value("c", BOOL, []), value("v", FLOAT, [3]),
       value("k", FLOAT, [])],
      [value("more", BOOL, []), value("vn", FLOAT, [3]),
       value("kn", FLOAT, [])])
  return graph(
      [("Loop", ["", "go", "x", "five"], ["y", "left"], {"body": body})],
      [value("x", FLOAT, [3]), value("flag", BOOL, [])],
      [value("y", FLOAT, [3]), value("left", FLOAT, [])],
      [constant("go", np.array(True)), constant("two", np.float32(2)),
       constant("one", np.float32(1)), constant("five", np.float32(5))])


def scan_backwards():
  """A convolution in the body; other axes and directions."""
  body = graph(
      [("Conv", ["image", "K"], ["cv"], {"pads": [1, 1, 1, 1]}),
       ("Add", ["s", "cv"], ["sn"], {}),
       ("ReduceMean", ["sn"], ["o"], {"axes": [2, 3], "keepdims": 0})],
      [value("s", FLOAT, [1, 2, 4, 4]), value("image", FLOAT, [1, 2, 4, 4])],
      [value("sn", FLOAT, [1, 2, 4, 4]), value("o", FLOAT, [1, 2])])
  return graph(
      [("Scan", ["s0", "xs"], ["last", "means"],
        {"body": body, "num_scan_inputs": 1, "scan_input_axes": [1],
         "scan_input_directions": [1], "scan_output_axes": [2],
         "scan_output_directions": [1]})],
      [value("s0", FLOAT, [1, 2, 4, 4]), value("xs", FLOAT, [1, 5, 2, 4, 4])],
      [value("last", FLOAT, [1, 2, 4, 4]), value("means", FLOAT, [1, 2, 5])],
      [constant("K", weights(2, 2, 3, 3))])


def growing_loop():
  """A carried value whose size changes: unrolled."""
  body = graph(
      [("Concat", ["v", "x"], ["vn"], {"axis": 0}),
       ("Identity", ["c"], ["cn"], {})],
      [value("i", INT64, []), value("c", BOOL, []), value("v", FLOAT, ["n"])],
      [value("cn", BOOL, []), value("vn", FLOAT, ["m"])])
  return graph([("Loop", ["n", "go", "x"], ["y"], {"body": body})],
               [value("x", FLOAT, [2])], [value("y", FLOAT, [8])],
               [constant("n", np.int64(3)), constant("go", np.array(True))])


def trips_at_run_time():
  body = graph(
      [("Cast", ["i"], ["f"], {"to": 1}), ("Add", ["v", "f"], ["vn"], {}),
       ("Identity", ["c"], ["cn"], {})],
      [value("i", INT64, []), value("c", BOOL, []), value("v", FLOAT, [2])],
      [value("cn", BOOL, []), value("vn", FLOAT, [2])])
  return graph([("Loop", ["n", "go", "x"], ["y"], {"body": body})],
               [value("x", FLOAT, [2]), value("n", INT64, [])],
               [value("y", FLOAT, [2])], [constant("go", np.array(True))])


MODELS = [recurrent_loop, while_with_if, scan_backwards, growing_loop,
          trips_at_run_time]


def random_input(rng, info):
  kind = info.type.tensor_type
  shape = [d.dim_value for d in kind.shape.dim]
  if kind.elem_type == BOOL:
    return rng.integers(0, 2, shape).astype(bool)
  if kind.elem_type == INT64:
    return np.asarray(rng.integers(0, 9, shape), np.int64)
  return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_control(make, tmp_path):
  model = helper.make_model(
      make(), opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
  onnx.save(model, tmp_path / "m.onnx")
  program = emitted.Program(tmp_path / "m.onnx", tmp_path, sanitize=True)
  session = onnxruntime.InferenceSession(
      model.SerializeToString(), providers=["CPUExecutionProvider"])
  rng = np.random.default_rng(2)
  for _ in range(6):
    inputs = [random_input(rng, info) for info in model.graph.input]
    expected = session.run(
        None, {i.name: x for i, x in zip(model.graph.input, inputs)})
    for want, got in zip(expected, program.run(inputs, expected)):
      assert emitted.relative_difference(want, got) < 1e-5
