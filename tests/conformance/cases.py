# SPDX-License-Identifier: Apache-2.0
"""ONNX's backend test suite as files and an index.

The suite comes with the onnx wheel, partly as Python that computes the values.
`load_suite` runs that once per version of onnx and keeps the result in
build/conformance/<version>-<format>/:

  index.json                     one row per case, the fields of `Case`
  <kind>/<name>/model.onnx
  <kind>/<name>/values.pickle    [(inputs, outputs)], one pair per data set;
                                 a value is a serialized TensorProto, or None
                                 when it is no tensor (sequence, optional)

Many cases have at run time what a program for firmware has as a constant: the
shape of a Reshape, the axes of a reduction.  The kind `frozen` has each of them
a second time, with these operands as constants; it is ours, not ONNX's.
"""

import dataclasses
import fcntl
import json
import os
import pathlib
import pickle
import re
import shutil

import numpy as np
import onnx
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TINYC_CONFORMANCE_DIR",
                                    ROOT / "build/conformance"))
# Changes when this file writes other files, so that old ones are not used.
FORMAT = 2

# Kinds whose models are files in the wheel, with their data beside them.
STORED_KINDS = ("simple", "pytorch-converted", "pytorch-operator")
LIGHT = "onnx/backend/test/data/light/"


@dataclasses.dataclass
class Case:
  """One case of the suite; `id` is <kind>/<name>."""
  kind: str
  name: str
  operator: str  # the operator that it is about, or "(graph)"
  rtol: float
  atol: float
  # Why it is not in the plain subset: what firmware does not have.  "": plain.
  special: str

  @property
  def id(self):
    return f"{self.kind}/{self.name}"

  @property
  def folder(self):
    return suite_folder() / self.kind / self.name

  @property
  def model(self):
    return self.folder / "model.onnx"

  def data_sets(self):
    return pickle.loads((self.folder / "values.pickle").read_bytes())


# --- what a case needs ---------------------------------------------------------

SPECIAL_TYPES = {
    onnx.TensorProto.STRING: "string",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.BFLOAT16: "bfloat16",
    onnx.TensorProto.DOUBLE: "double",
    onnx.TensorProto.COMPLEX64: "complex",
    onnx.TensorProto.COMPLEX128: "complex",
    onnx.TensorProto.FLOAT4E2M1: "float4",
    onnx.TensorProto.FLOAT8E4M3FN: "float8",
    onnx.TensorProto.FLOAT8E4M3FNUZ: "float8",
    onnx.TensorProto.FLOAT8E5M2: "float8",
    onnx.TensorProto.FLOAT8E5M2FNUZ: "float8",
    onnx.TensorProto.FLOAT8E8M0: "float8",
    onnx.TensorProto.INT4: "int4",
    onnx.TensorProto.UINT4: "int4",
    onnx.TensorProto.INT2: "int2",
    onnx.TensorProto.UINT2: "int2",
}

SPECIAL_OPERATORS = {
    **dict.fromkeys(("If", "Loop", "Scan", "SequenceMap"), "control flow"),
    **dict.fromkeys(("RandomNormal", "RandomNormalLike", "RandomUniform",
                     "RandomUniformLike", "Bernoulli", "Multinomial"),
                    "random"),
    **dict.fromkeys(("NonZero", "Unique", "Compress", "NonMaxSuppression",
                     "StringSplit"), "data-dependent shape"),
}

# Operands, by their names in ONNX's schemas, that decide a shape, a size or how
# often something is done: programs of fixed shapes have them as constants.
SHAPE_OPERANDS = {
    "shape", "axes", "axis", "starts", "ends", "steps", "pads", "repeats",
    "sizes", "scales", "split", "K", "depth", "start", "limit", "delta",
    "dft_length", "frame_step", "frame_length", "size", "image_shape",
    "block_shape", "output_shape", "num_mel_bins",
}
# Operators where an operand of such a name is data, or a number whose change
# costs nothing.
SHAPE_IS_DATA = {"Attention", "CumProd"}


def nodes_of(graph):
  """Every node, those of sub-graphs too."""
  for node in graph.node:
    yield node
    for attribute in node.attribute:
      for sub in (attribute.g, *attribute.graphs):
        yield from nodes_of(sub)


def special_value(value_type):
  """What is special in the type of an input or output, or None."""
  kind = value_type.WhichOneof("value")
  if kind != "tensor_type":
    return kind.removesuffix("_type")
  tensor = value_type.tensor_type
  if tensor.elem_type in SPECIAL_TYPES:
    return SPECIAL_TYPES[tensor.elem_type]
  if not tensor.HasField("shape") or not all(
      dim.HasField("dim_value") for dim in tensor.shape.dim):
    return "dynamic shape"
  return None


def shape_operands(node, inputs, opset):
  """The model inputs among `inputs` that are shape-like operands of a node."""
  if node.op_type in SHAPE_IS_DATA or not onnx.defs.has(node.op_type):
    return []
  formal = onnx.defs.get_schema(node.op_type, opset, "").inputs
  return [name for name, operand in zip(node.input, formal)
          if name in inputs and (operand.name in SHAPE_OPERANDS or
                                 node.op_type == "ConstantOfShape")]


def special_node(node, inputs, opset):
  """What is special in a node, or None; `inputs` are the model's."""
  if node.op_type in SPECIAL_OPERATORS:
    return SPECIAL_OPERATORS[node.op_type]
  for word in ("Sequence", "Optional"):
    if word in node.op_type:
      return word.lower()
  if node.op_type == "Dropout" and len(node.input) > 2 and node.input[2]:
    return "random"
  for attribute in node.attribute:
    if node.op_type == "Cast" and attribute.name == "to":
      return SPECIAL_TYPES.get(attribute.i)
  if shape_operands(node, inputs, opset):
    return "run-time shape argument"
  return None


def input_names(graph):
  """The inputs that are not constants, in order."""
  constants = {tensor.name for tensor in graph.initializer}
  return [info.name for info in graph.input if info.name not in constants]


def onnx_opset(model):
  return max((entry.version for entry in model.opset_import
              if entry.domain in ("", "ai.onnx")), default=1)


def special_of(name, model):
  """The field `special` of a case."""
  graph = model.graph
  if "_expanded" in name:
    return "expanded"
  domains = {node.domain for node in nodes_of(graph)} - {"", "ai.onnx"}
  if domains:
    return min(domains)
  opset = onnx_opset(model)
  inputs = input_names(graph)
  found = [special_value(info.type) for info in (*graph.input, *graph.output)]
  found += [SPECIAL_TYPES.get(tensor.data_type) for tensor in graph.initializer]
  found += [special_node(node, inputs, opset) for node in nodes_of(graph)]
  return next((special for special in found if special), "")


def operator_of(name, model, known):
  """The operator that a case is about: that of the case it was expanded from,
  or the only one; `known` has the operators of the cases before."""
  plain_name = re.sub(r"_expanded(_ver\d+)?(_function)?$", "", name)
  if plain_name != name and plain_name in known:
    return known[plain_name]
  if len(model.graph.node) != 1:
    return "(graph)"
  node = model.graph.node[0]
  domain = "" if node.domain in ("", "ai.onnx") else node.domain + "."
  return domain + node.op_type


# --- from the wheel to files ---------------------------------------------------

def tensor_bytes(value):
  """A serialized TensorProto, or None for what is no tensor."""
  if isinstance(value, onnx.TensorProto):
    return value.SerializeToString()
  if value is None or isinstance(value, (list, tuple, dict)):
    return None
  return numpy_helper.from_array(np.asarray(value)).SerializeToString()


def computed_cases():
  """(kind, test case, model, data sets) of the cases that are Python."""
  from onnx.backend.test import loader
  with np.errstate(all="ignore"):  # some cases divide by zero on purpose
    cases = loader.load_model_tests(kind="node")
  for case in cases:
    sets = [tuple([tensor_bytes(value) for value in values] for values in pair)
            for pair in case.data_sets]
    yield "node", case, case.model.SerializeToString(), sets


def stored_cases():
  """The same of the cases whose models and data are in the wheel."""
  from onnx.backend.test import loader
  for kind in STORED_KINDS:
    for case in loader.load_model_tests(kind=kind):
      folder = pathlib.Path(case.model_dir)
      model = (folder / "model.onnx").read_bytes()
      graph = onnx.ModelProto.FromString(model).graph
      sets = [(stored_values(data, "input", graph.input),
               stored_values(data, "output", graph.output))
              for data in sorted(folder.glob("test_data_set_*"))]
      yield kind, case, model, sets


def stored_values(folder, stem, infos):
  values = []
  for i, info in enumerate(infos):
    file = folder / f"{stem}_{i}.pb"
    if file.exists():
      values.append(file.read_bytes()
                    if info.type.HasField("tensor_type") else None)
  return values


def light_cases():
  """Real networks with made-up weights.  Their input is a ramp that ONNX's own
  runner makes; the wheel has the outputs for it."""
  from onnx.backend.test import loader
  from onnx.backend.test.runner import Runner
  site = pathlib.Path(onnx.__file__).parents[1]
  for case in loader.load_model_tests(kind="real"):
    if not (case.url or "").startswith(LIGHT):
      continue
    model = (site / case.url).read_bytes()
    graph = onnx.ModelProto.FromString(model).graph
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [tensor_bytes(Runner.generate_dummy_data(info))
              for info in graph.input if info.name not in constants]
    stem = str((site / case.url).with_suffix(""))
    outputs = [pathlib.Path(f"{stem}_output_{i}.pb").read_bytes()
               for i in range(len(graph.output))]
    yield "light", case, model, [(inputs, outputs)]


def frozen(contents, sets):
  """The model with its shape-like operands as constants, and the data sets
  without them; None when it has no such operands."""
  model = onnx.ModelProto.FromString(contents)
  graph = model.graph
  names = input_names(graph)
  if len(graph.node) != 1 or graph.node[0].domain or len(sets) != 1:
    return None
  shapes = shape_operands(graph.node[0], names, onnx_opset(model))
  inputs = dict(zip(names, sets[0][0]))
  if not shapes or None in [inputs[name] for name in shapes]:
    return None
  for name in shapes:
    tensor = onnx.TensorProto.FromString(inputs.pop(name))
    tensor.name = name
    graph.initializer.append(tensor)
  runtime = [info for info in graph.input if info.name in inputs]
  del graph.input[:]
  graph.input.extend(runtime)
  return model.SerializeToString(), [(list(inputs.values()), sets[0][1])]


def write_suite(folder):
  """Fills a new folder with the suite."""
  rows = []
  operators = {}

  def add(kind, test, contents, sets):
    model = onnx.ModelProto.FromString(contents)
    operator = operator_of(test.name, model, operators)
    if kind == "node":
      operators[test.name] = operator
    case = Case(kind, test.name, operator, test.rtol, test.atol,
                special_of(test.name, model))
    rows.append(dataclasses.asdict(case))
    target = folder / kind / test.name
    target.mkdir(parents=True)
    (target / "model.onnx").write_bytes(contents)
    (target / "values.pickle").write_bytes(pickle.dumps(sets))

  for cases in (computed_cases(), stored_cases(), light_cases()):
    for kind, test, contents, sets in sorted(cases, key=lambda c: c[1].name):
      add(kind, test, contents, sets)
      constant = frozen(contents, sets) if kind == "node" else None
      if constant is not None:
        add("frozen", test, *constant)
  (folder / "index.json").write_text(json.dumps(rows, indent=1))


def suite_folder():
  return BUILD / f"{onnx.__version__}-{FORMAT}"


def load_suite():
  """All cases, by kind and name.  Writes the files when they are not there."""
  index = suite_folder() / "index.json"
  if not index.exists():
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lock", "w", encoding="utf-8") as lock:
      fcntl.flock(lock, fcntl.LOCK_EX)  # several tests may start at once
      if not index.exists():
        new = BUILD / "new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        write_suite(new)
        shutil.rmtree(suite_folder(), ignore_errors=True)
        new.rename(suite_folder())
  rows = json.loads(index.read_text())
  return sorted((Case(**row) for row in rows), key=lambda case: case.id)
