# SPDX-License-Identifier: Apache-2.0
"""Writes the models that fuzzing starts from: make_seeds.py FOLDER

For each operator of ONNX's suite the smallest models, with run-time and with
constant parameters and as its definition; and models with what the suite lacks:
functions, chains of quantized layers.
"""

import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/conformance"))

import onnx  # pylint: disable=wrong-import-position
import onnx.parser  # pylint: disable=wrong-import-position
import cases  # pylint: disable=wrong-import-position

MAX_BYTES = 20000

WRITTEN = {
    "function": """
<ir_version: 9, opset_import: ["" : 18, "mine" : 1]>
g (float[2, 3] x) => (float[2, 3] y) {
  a = mine.Half <by = 0.5> (x)
  y = mine.Twice (a)
}
<domain: "mine", opset_import: ["" : 18]>
Half <by> (x) => (y) {
  c = Constant <value_float: float = @by> ()
  y = Mul (x, c)
}
<domain: "mine", opset_import: ["" : 18, "mine" : 1]>
Twice (x) => (y) {
  a = mine.Half <by = 4.0> (x)
  y = Relu (a)
}
""",
    "quantized": """
<ir_version: 9, opset_import: ["" : 18]>
g (float[1, 2, 4, 4] x) => (float[1, 2, 2, 2] y)
<float s = {0.1}, int8 z = {3}, float sw = {0.02}, int8 zw = {0},
 int8[2, 2, 1, 1] w = {1, -2, 3, 127}, int32[2] b = {5, -6},
 float sb = {0.002}, int32 zb = {0}> {
  q = QuantizeLinear (x, s, z)
  d = DequantizeLinear (q, s, z)
  dw = DequantizeLinear (w, sw, zw)
  db = DequantizeLinear (b, sb, zb)
  c = Conv (d, dw, db)
  r = Relu (c)
  qr = QuantizeLinear (r, s, z)
  dr = DequantizeLinear (qr, s, z)
  p = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (dr)
  qp = QuantizeLinear (p, s, z)
  y = DequantizeLinear (qp, s, z)
}
""",
    "shapes": """
<ir_version: 9, opset_import: ["" : 18]>
g (float[N, 2, 6] x) => (float[N, 12] y)
<int64 zero = {0}, int64[1] minus = {-1}, int64[1] axis = {0}> {
  s = Shape (x)
  n = Gather (s, zero)
  u = Unsqueeze (n, axis)
  t = Concat <axis = 0> (u, minus)
  y = Reshape (x, t)
}
""",
    "branch": """
<ir_version: 9, opset_import: ["" : 18]>
g (float[3] x, bool c) => (float[3] y) {
  y = If (c) <
    then_branch = t () => (a) { a = Relu (x) },
    else_branch = e () => (b) { b = Neg (x) }>
}
""",
}


def small_models():
  """The smallest models of each operator, kind and kind of special."""
  groups = collections.defaultdict(list)
  for case in cases.load_suite():
    if case.kind == "light":  # small files, but of hundreds of MB of weights
      continue
    group = (case.operator, case.kind, case.special)
    groups[group].append((case.model.stat().st_size, case.id, case.model))
  for members in groups.values():
    for size, name, path in sorted(members)[:2]:
      if size <= MAX_BYTES:
        yield name.replace("/", "-"), path.read_bytes()


def main():
  folder = pathlib.Path(sys.argv[1])
  folder.mkdir(parents=True, exist_ok=True)
  for name, contents in small_models():
    (folder / name).write_bytes(contents)
  for name, text in WRITTEN.items():
    model = onnx.parser.parse_model(text)
    (folder / name).write_bytes(model.SerializeToString())


if __name__ == "__main__":
  main()
