# SPDX-License-Identifier: Apache-2.0
"""Models of random nodes, compared with onnxruntime.

A family is a function that adds one random node:

    def softmax(nodes):
      x = nodes.reals(*nodes.shape(1, 4))
      nodes.add("Softmax", [x], axis=nodes.axis(x))

`check(seed, family, folder)` puts COUNT nodes of it into one model, each with
inputs of its own; compiles it with tinyc; runs the emitted C, built with
sanitizers; and compares every output. The same seed gives the same model.
"""

import dataclasses
import os
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import emitted  # noqa: E402

SEEDS = range(int(os.environ.get("TINYC_PROPERTY_SEEDS", "2")))
COUNT = 12  # nodes of a model
OPSET = 21
ML_OPSET = 3  # of ai.onnx.ml


def type_number(dtype):
  """The number of a numpy type in ONNX's TensorProto.DataType."""
  return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))


@dataclasses.dataclass
class Constant:
  """An operand that is an initializer of the model."""
  value: np.ndarray


class Nodes:
  """A model under construction, and the random numbers that it is made of."""

  def __init__(self, seed, opset=OPSET, ml_opset=ML_OPSET):
    self.rng = np.random.default_rng(seed)
    self.opset = opset
    self.ml_opset = ml_opset
    self.inputs = {}  # name: array
    self.constants = {}
    self.protos = []
    self.outputs = []  # (name, tolerance, what it is)

  # --- random things --------------------------------------------------------

  def int(self, low, high):
    """An integer of low..high."""
    return int(self.rng.integers(low, high + 1))

  def chance(self, probability):
    return bool(self.rng.random() < probability)

  def pick(self, *choices):
    return choices[self.int(0, len(choices) - 1)]

  def shape(self, low=0, high=4, most=6, empty=0.0):
    """`low`..`high` dimensions of 1..`most`; one is 0 now and then."""
    dims = [self.int(1, most) for _ in range(self.int(low, high))]
    if dims and self.chance(empty):
      dims[self.int(0, len(dims) - 1)] = 0
    return dims

  def broadcastable(self, shape):
    """A shape that broadcasts to `shape`."""
    dims = [1 if self.chance(0.3) else n for n in shape]
    return dims[self.int(0, len(dims)):] if self.chance(0.3) else dims

  def axis(self, x, count=None):
    """An axis of `x`, from the front or the back."""
    rank = x.ndim if count is None else count
    return self.int(-rank, rank - 1)

  def reals(self, *shape, low=-3.0, high=3.0, dtype=np.float32):
    return self.rng.uniform(low, high, shape).astype(dtype)

  def ints(self, *shape, low=-9, high=9, dtype=np.int64):
    return self.rng.integers(low, high + 1, shape).astype(dtype)

  def array(self, dtype, *shape, low=-9, high=9):
    """Numbers of any type; few integers, so that many are equal."""
    dtype = np.dtype(dtype)
    if dtype == np.bool_:
      return self.rng.random(shape) < 0.5
    if dtype.kind == "f":
      return self.reals(*shape, dtype=dtype)
    low = max(low, np.iinfo(dtype).min)
    return self.ints(*shape, low=low, high=high, dtype=dtype)

  # --- the model ------------------------------------------------------------

  def add(self, op, operands, outputs=1, tolerance=1e-5, domain="", **attrs):
    """A node; an operand is an array, a Constant, or None when absent.

    `tolerance` bounds the difference of floats relative to the largest; integers
    are equal. `outputs` is their number, or a list of flags that tell which are
    wanted.
    """
    number = len(self.protos)
    names = []
    for i, operand in enumerate(operands):
      name = f"x{number}_{i}"
      if operand is None:
        name = ""
      elif isinstance(operand, Constant):
        self.constants[name] = np.asarray(operand.value)
      else:
        self.inputs[name] = np.asarray(operand)
      names.append(name)
    wanted = [True] * outputs if isinstance(outputs, int) else outputs
    results = [f"y{number}_{i}" if want else ""
               for i, want in enumerate(wanted)]
    attrs = {k: v for k, v in attrs.items() if v is not None}
    proto = helper.make_node(op, names, results, domain=domain, **attrs)
    shapes = ", ".join(
        "-" if x is None else
        f"{getattr(x, 'value', x).dtype}{list(getattr(x, 'value', x).shape)}"
        for x in operands)
    what = f"{op}({shapes}) {attrs}"
    self.protos.append(proto)
    self.outputs += [(name, tolerance, what) for name in results if name]

  def model(self):
    graph = helper.make_graph(
        self.protos, "g",
        [helper.make_tensor_value_info(
            name, type_number(x.dtype), x.shape)
         for name, x in self.inputs.items()],
        [helper.make_empty_tensor_value_info(name)
         for name, _, _ in self.outputs],
        [onnx.numpy_helper.from_array(x, name)
         for name, x in self.constants.items()])
    model = helper.make_model(
        graph, ir_version=10,
        opset_imports=[helper.make_opsetid("", self.opset),
                       helper.make_opsetid("ai.onnx.ml", self.ml_opset),
                       helper.make_opsetid("com.microsoft", 1)])
    session = self.session(model)
    del graph.output[:]
    for result, (name, _, _) in zip(self.expected(session), self.outputs):
      graph.output.append(helper.make_tensor_value_info(
          name, type_number(result.dtype), result.shape))
    return helper.make_model(graph, ir_version=10,
                             opset_imports=model.opset_import)

  @staticmethod
  def session(model):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = (
        ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
    options.intra_op_num_threads = 1
    return ort.InferenceSession(model.SerializeToString(), options,
                                providers=["CPUExecutionProvider"])

  def expected(self, session):
    return session.run([name for name, _, _ in self.outputs], self.inputs)


def same(expected, actual, tolerance):
  """Whether two arrays agree; infinities and NaNs are the same ones."""
  if expected.dtype.kind != "f":
    return np.array_equal(expected, actual)
  finite = np.isfinite(expected)
  if not np.array_equal(expected[~finite], actual[~finite], equal_nan=True):
    return False
  expected = expected[finite].astype(np.float64)
  actual = actual[finite].astype(np.float64)
  scale = max(1.0, np.abs(expected).max(initial=0.0))
  return bool(np.all(np.abs(expected - actual) <= tolerance * scale))


def check(seed, family, folder, opset=OPSET, ml_opset=ML_OPSET):
  """A model of COUNT nodes that `family` adds; see above."""
  nodes = Nodes(seed, opset, ml_opset)
  for _ in range(COUNT):
    family(nodes)
  model = nodes.model()
  path = pathlib.Path(folder) / "random.onnx"
  onnx.save(model, path)
  expected = nodes.expected(nodes.session(model))
  actual = emitted.Program(path, folder, sanitize=True).run(
      nodes.inputs.values(), expected)
  for want, got, (_, tolerance, what) in zip(expected, actual, nodes.outputs,
                                             strict=True):
    assert want.shape == got.shape, what
    assert same(want, got, tolerance), f"{what}\n{want}\n{got}"
