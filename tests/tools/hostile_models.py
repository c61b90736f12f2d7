# SPDX-License-Identifier: Apache-2.0
"""Models made to break a compiler: `REFUSED` and `NAMES`.

Each function of REFUSED returns a model that tinyc has to refuse, with a part
of the sentence that it has to say.  Extra files lie beside the model.
"""

import dataclasses
import os

import numpy as np
import onnx
import onnx.parser
from onnx import TensorProto, helper, numpy_helper

HEAD = '<ir_version: 9, opset_import: ["" : 18, "mine" : 1]>\n'


@dataclasses.dataclass
class Hostile:
  name: str
  model: onnx.ModelProto | bytes
  says: str = ""  # a part of the sentence
  prepare: object = None  # makes more files in the folder of the model

  def contents(self):
    if isinstance(self.model, bytes):
      return self.model
    return self.model.SerializeToString()


def parsed(text):
  return onnx.parser.parse_model(HEAD + text)


def graph_text(body, constants=""):
  return parsed(f"g (float[2, 3] x) => (float[2, 3] y) "
                f"{'<' + constants + '>' if constants else ''} {{ {body} }}")


def one_node(kind, inputs, x_shape=(1, 2, 4, 4), x_type=TensorProto.FLOAT,
             opset=18, **attributes):
  """A model of one node on `x` and the given constants."""
  node = helper.make_node(kind, ["x", *inputs], ["y"], **attributes)
  constants = [numpy_helper.from_array(value, name)
               for name, value in inputs.items()]
  graph = helper.make_graph(
      [node], "g", [helper.make_tensor_value_info("x", x_type, x_shape)],
      [helper.make_tensor_value_info("y", x_type, None)], constants)
  return helper.make_model(
      graph, ir_version=9,
      opset_imports=[helper.make_opsetid("", opset)])


def int64s(*values):
  return np.array(values, np.int64)


def weights(*shape):
  return np.ones(shape, np.float32)


# --- graphs that make no sense -------------------------------------------------

def broken_graphs():
  yield Hostile("cycle", graph_text("a = Add (x, b) b = Relu (a) y = Neg (b)"),
                "not defined before this node")
  yield Hostile("missing initializer", graph_text("y = Add (x, w)"),
                "\"w\" is not defined")
  yield Hostile("types differ",
                graph_text("y = Add (x, w)", "int64[3] w = {1, 2, 3}"))
  yield Hostile("output twice", graph_text("y = Relu (x) y = Neg (x)"),
                "defined twice")
  model = graph_text("y = Add (x, w)", "float[3] w = {1, 2, 3}")
  model.graph.initializer.append(model.graph.initializer[0])
  yield Hostile("constant twice", model)
  model = graph_text("y = Relu (x)")
  model.graph.input.append(model.graph.input[0])
  yield Hostile("input twice", model)
  model = graph_text("y = Relu (x)")
  model.graph.output[0].name = "none"
  yield Hostile("output that nothing computes", model, "none")
  model = graph_text("y = Relu (x)")
  model.graph.input[0].ClearField("type")
  yield Hostile("input without a type", model)
  for number in (0, 99, -1):
    model = graph_text("y = Relu (x)")
    model.graph.input[0].type.tensor_type.elem_type = number
    yield Hostile(f"element type {number}", model)
  model = graph_text("y = Add (x, w)", "float[3] w = {1, 2, 3}")
  model.graph.initializer[0].ClearField("float_data")
  yield Hostile("constant without data", model)
  model.graph.initializer[0].raw_data = bytes(7)
  yield Hostile("constant with 7 bytes of 12", model)
  yield Hostile("operator of no domain", graph_text("y = what.Is (x)"),
                "what.Is")
  yield Hostile("unknown attribute", graph_text("y = Relu <beta = 2> (x)"))
  yield Hostile("attribute of a wrong type",
                graph_text("y = Softmax <axis = \"first\"> (x)"))
  yield Hostile("too many operands", graph_text("y = Relu (x, x)"))
  yield Hostile("no operands", graph_text("y = Add ()"))


# --- sizes -----------------------------------------------------------------------

def sizes():
  for dims in ([-1], [-5, 3], [1 << 40], [1 << 31, 1 << 31, 1 << 31],
               [1 << 62, 4], [(1 << 63) - 1]):
    yield Hostile(f"input {dims}", one_node("Relu", {}, dims))
    model = one_node("Add", {"w": weights(1)})
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.extend(dims)
    yield Hostile(f"constant {dims}", model)
  yield Hostile("expand to 2^40", one_node(
      "Expand", {"s": int64s(1 << 40, 1, 1, 1, 1)}))
  yield Hostile("tile 2^40 times", one_node(
      "Tile", {"r": int64s(1 << 40, 1 << 40, 1, 1)}))
  yield Hostile("pad by 2^62", one_node(
      "Pad", {"p": int64s(0, 0, 1 << 62, 0, 0, 0, 1 << 62, 0)}))
  yield Hostile("pad by -2^62", one_node(
      "Pad", {"p": int64s(0, 0, -(1 << 62), 0, 0, 0, 0, 0)}))
  for shape in ([-1, -1], [-2, 16], [1 << 62, 0], [7, -1], [1 << 32, 1 << 32]):
    yield Hostile(f"reshape to {shape}",
                  one_node("Reshape", {"s": int64s(*shape)}))
  w = weights(2, 2, 3, 3)
  for attributes in ({"strides": [0, 1]}, {"strides": [-1, 1]},
                     {"dilations": [0, 1]}, {"dilations": [1 << 62, 1 << 62]},
                     {"pads": [1 << 62] * 4}, {"pads": [-100] * 4},
                     {"group": 0}, {"group": 1 << 40}, {"group": -1},
                     {"kernel_shape": [1 << 40, 3]}, {"strides": [1] * 1000}):
    yield Hostile(f"convolution with {str(attributes)[:60]}",
                  one_node("Conv", {"w": w}, **attributes))
  for attributes in ({"kernel_shape": [1 << 40, 2]}, {"kernel_shape": [0, 0]},
                     {"kernel_shape": [-2, 2]}, {"kernel_shape": [2] * 1000},
                     {"kernel_shape": [2, 2], "pads": [1 << 62] * 4}):
    yield Hostile(f"pooling with {str(attributes)[:60]}",
                  one_node("MaxPool", {}, **attributes))
  yield Hostile("a million axes", one_node(
      "ReduceSum", {"a": np.zeros(1000000, np.int64)}))
  yield Hostile("a permutation of a million",
                one_node("Transpose", {}, perm=list(range(1000000))))
  yield Hostile("rank 1000", one_node("Relu", {}, [1] * 1000 + [-1]))
  yield Hostile("concat beyond any rank",
                one_node("Concat", {"w": weights(1)}, axis=1 << 40))
  yield Hostile("range to 2^62", parsed("""
      g () => (int64[n] y) <int64 a = {0}, int64 b = {4611686018427387904},
                           int64 c = {1}> { y = Range (a, b, c) }"""))
  yield Hostile("constant of shape 2^40", parsed("""
      g (float[2] x) => (float[n] y) <int64[1] s = {1099511627776}>
      { c = ConstantOfShape (s) y = Add (c, c) }"""))


# --- numbers ---------------------------------------------------------------------

def numbers():
  for kind, x_shape, shape in (("Conv", (1, 2, 4, 4), (2, 2, 3, 3)),
                               ("MatMul", (2, 3), (3, 5)),
                               ("Add", (2, 3), (2, 3))):
    w = weights(*shape)
    w.flat[3] = np.nan
    yield Hostile(f"{kind} with NaN", one_node(kind, {"w": w}, x_shape), "NaN")
  x = weights(1, 2, 3)
  for scale in (0.0, -1.0, np.nan, np.inf):
    yield Hostile(f"scale {scale}", one_node(
        "QuantizeLinear", {"s": np.array(scale, np.float32),
                           "z": np.array(0, np.int8)}, x.shape))


# --- nesting ---------------------------------------------------------------------

def nested_graphs(depth):
  """A node in a graph in an attribute of a node, `depth` times; written by
  hand, since protobuf's Python does not go that deep either."""
  def field(number, contents):
    size = len(contents)
    digits = []
    while size >= 128:
      digits.append(size % 128 + 128)
      size //= 128
    return bytes([number * 8 + 2, *digits, size]) + contents

  graph = b""
  for _ in range(depth):
    attribute = field(1, b"then_branch") + field(6, graph)
    graph = field(1, field(1, b"c") + field(4, b"If") + field(5, attribute))
  return graph_text("y = Relu (x)").SerializeToString() + field(7, graph)


def functions(*bodies):
  """A model that calls F0; bodies are those of F0, F1, ..."""
  text = "g (float[2, 3] x) => (float[2, 3] y) { y = mine.F0 (x) }\n"
  for i, body in enumerate(bodies):
    text += (f'<domain: "mine", opset_import: ["" : 18, "mine" : 1]>\n'
             f"F{i} (x) => (y) {{ {body} }}\n")
  return parsed(text)


def nesting():
  for depth in (30, 1000):
    yield Hostile(f"graphs {depth} deep", nested_graphs(depth))
  yield Hostile("a function that calls itself",
                functions("y = mine.F0 (x)"), "without end")
  yield Hostile("functions that call each other",
                functions("y = mine.F1 (x)", "y = mine.F0 (x)"), "without end")
  doubling = [f"a = mine.F{i + 1} (x) y = mine.F{i + 1} (a)"
              for i in range(40)]
  yield Hostile("2^40 calls", functions(*doubling, "y = Relu (x)"), "more than")
  yield Hostile("Loop of 2^62 rounds that grows", parsed("""
      g (float[2] x) => (float[n, 2] y)
      <int64 m = {4611686018427387904}, bool c = {1}> {
        y = Loop (m, c) <body = b (int64 i, bool k) => (bool o, float[2] s) {
          o = Identity (k)
          s = Relu (x)
        }>
      }"""))


# --- files -----------------------------------------------------------------------

def external(location, offset=None, length=None):
  model = one_node("Add", {"w": weights(4)}, (4,))
  tensor = model.graph.initializer[0]
  tensor.ClearField("raw_data")
  tensor.data_location = TensorProto.EXTERNAL
  entries = {"location": location, "offset": offset, "length": length}
  for key, value in entries.items():
    if value is not None:
      tensor.external_data.add(key=key, value=str(value))
  return model


def files():
  def link(folder):
    os.symlink("/bin/sh", folder / "link.bin")

  def link_folder(folder):
    os.symlink("/bin", folder / "inside")

  def short(folder):
    (folder / "w.bin").write_bytes(bytes(10))

  for location in ("../secret.bin", "/etc/passwd", "a/../../secret.bin", ".",
                   "", "none.bin", "w\n.bin", "/dev/zero", "//etc/passwd"):
    yield Hostile(f"external data {location!r}", external(location))
  yield Hostile("a link to outside", external("link.bin"),
                "out of the model's folder", link)
  yield Hostile("a folder that leads outside", external("inside/sh"),
                "out of the model's folder", link_folder)
  yield Hostile("a file that is too short", external("w.bin"), "ends before",
                short)
  for offset in (-1, 1 << 62, (1 << 63) - 1, "x", 11):
    yield Hostile(f"offset {offset}", external("w.bin", offset), "", short)
  yield Hostile("length 2^62", external("w.bin", 0, 1 << 62), "", short)


def refused():
  for family in (broken_graphs, sizes, numbers, nesting, files):
    yield from family()


# --- names -----------------------------------------------------------------------

# Names that are C, or nearly: a model may have them, and its C has to build.
NAMES = (
    "int", "for", "restrict", "inline", "main", "NULL", "memcpy", "int8_t",
    "model_run", "model_model", "MODEL_X_SIZE", "tc_model", "tc_relu_f32",
    "*/ int evil; /*", "// \\", "a\nint evil;", "a\r\nb", "\"; evil();",
    "??/", "a.b", "a_b", "a/b", "0", "", "_", "__x", "_X", "é", "\u202e", "%s",
    "x" * 10000, "\\", "'", "#include <stdio.h>", "\t", "\x01",
)


def named(names):
  """A chain of layers with these names for its values, nodes and graph."""
  names = list(dict.fromkeys(name for name in names if name))
  inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [3])
            for name in names[:2]]
  nodes = [helper.make_node("Add", names[:2], [names[2]], name=names[0])]
  constants = []
  for i, name in enumerate(names[3:], start=2):
    constants.append(numpy_helper.from_array(
        np.array([i, 2, 3], np.float32), f"{name} constant"))
    nodes.append(helper.make_node("Mul", [names[i], f"{name} constant"],
                                  [name], name=name, doc_string=name))
  output = helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, [3])
  graph = helper.make_graph(nodes, "*/ evil /*", inputs, [output], constants,
                            doc_string="*/ evil")
  return helper.make_model(graph, ir_version=9, producer_name="*/ evil",
                           opset_imports=[helper.make_opsetid("", 18)])
