# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md: what becomes of each of ONNX's operators.

Nothing on the page is written by hand:

  versions, way   `tinyc-opt --list-onnx`
  cases, refused  expected.txt
  types           tinyc itself: a passing case of the operator is asked for with
                  each type that ONNX allows in place of the first operand's
"""

import collections
import concurrent.futures
import pathlib
import subprocess
import tempfile

import onnx

import cases

PAGE = cases.ROOT / "docs/operators.md"

# ONNX's tensor types by their names in tinyc, in the order of the page.
TYPES = {
    "f32": "float", "f16": "float16", "bf16": "bfloat16", "f64": "double",
    "s8": "int8", "u8": "uint8", "s16": "int16", "u16": "uint16",
    "s32": "int32", "u32": "uint32", "s64": "int64", "u64": "uint64",
    "s4": "int4", "u4": "uint4", "s2": "int2", "u2": "uint2", "bool": "bool",
    "f8e4m3fn": "float8e4m3fn", "f8e4m3fnuz": "float8e4m3fnuz",
    "f8e5m2": "float8e5m2", "f8e5m2fnuz": "float8e5m2fnuz",
    "f8e8m0": "float8e8m0", "f4e2m1": "float4e2m1",
}
UNIT = {"definition": "by its definition", "importer": "an importer"}


# --- which types ---------------------------------------------------------------

def bound_values(node, schema):
  """(name, type variable) of the operands and outputs that are there."""
  for names, formals in ((node.input, schema.inputs),
                         (node.output, schema.outputs)):
    for i, name in enumerate(names):
      if name and formals:  # the last formal one may stand for many
        yield name, formals[min(i, len(formals) - 1)].type_str


def retyped_models(model):
  """(type, model) for every type that ONNX allows for the first operand that
  is not constant, or else for the first output."""
  node = model.graph.node[0]
  versions = {entry.domain: entry.version for entry in model.opset_import}
  schema = onnx.defs.get_schema(node.op_type, versions[node.domain],
                                node.domain)
  constants = {tensor.name for tensor in model.graph.initializer}
  values = [value for value in bound_values(node, schema)
            if value[0] not in constants]
  variable = values[0][1]
  names = {name for name, var in values if var == variable}
  allowed = {name for constraint in schema.type_constraints
             if constraint.type_param_str == variable
             for name in constraint.allowed_type_strs}
  allowed = allowed or {variable}  # no variable but one type
  for spelling, name in TYPES.items():
    if f"tensor({name})" not in allowed:
      continue
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    for info in (*changed.graph.input, *changed.graph.output):
      if info.name in names:
        info.type.tensor_type.elem_type = getattr(onnx.TensorProto,
                                                  name.upper())
    yield spelling, changed


def accepted_types(case, tinyc):
  """The types of the first operand that tinyc compiles the case with."""
  model = onnx.load(case.model)
  accepted = []
  with tempfile.TemporaryDirectory() as name:
    path = pathlib.Path(name) / "model.onnx"
    for spelling, changed in retyped_models(model):
      path.write_bytes(changed.SerializeToString())
      done = subprocess.run([tinyc, path, "--check"], capture_output=True,
                            check=False)
      if done.returncode == 0:
        accepted.append(spelling)
  return accepted


def template(members, lines):
  """The passing case that shows which types there are: one node, no special
  types if possible."""
  passing = [case for case in members
             if case.kind in ("node", "frozen") and
             case.special != "expanded" and lines.get(case.id) == "pass"]
  # Types that are constants cannot be exchanged, so those come last.
  return min(passing, default=None,
             key=lambda case: (bool(case.special), case.kind == "frozen",
                               case.id))


# --- the page ------------------------------------------------------------------

def listed_operators(tinyc):
  """(name, versions, way) from the program."""
  program = tinyc.with_name("tinyc-opt")
  text = subprocess.run([program, "--list-onnx"], capture_output=True,
                        text=True, check=True).stdout
  return [line.split() for line in text.splitlines()]


def refusals(members, lines):
  """The classes of reasons, with counts; frozen cases only when the case with
  run-time parameters is not refused for these."""
  counts = collections.Counter(
      lines[case.id].removeprefix("refused: ") for case in members
      if lines.get(case.id, "pass") != "pass")
  return ", ".join(f"{reason} ({count})" if count > 1 else reason
                   for reason, count in sorted(counts.items()))


def page(suite, lines, tinyc, jobs):
  by_operator = collections.defaultdict(list)
  for case in suite:
    by_operator[case.operator].append(case)
  rows = listed_operators(tinyc)

  def types_of(row):
    case = template(by_operator[row[0]], lines)
    return " ".join(accepted_types(case, tinyc)) if case else ""

  with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
    types = list(pool.map(types_of, rows))
  supported, missing = [], []
  for (name, versions, way), accepted in zip(rows, types):
    members = by_operator[name]
    passed = sum(lines.get(case.id) == "pass" for case in members)
    if way == "-" or (way == "definition" and passed == 0):
      missing.append(name)
      continue
    supported.append(
        f"| {name} | {versions.replace(',', ' ').replace('-', '')} | "
        f"{UNIT.get(way, f'`{way}`')} | {accepted} | "
        f"{passed} of {len(members)} | {refusals(members, lines)} |")
  return "\n".join([
      "# ONNX's operators",
      "",
      "Written by `tests/conformance/run.py --write`.",
      "",
      "- versions: of the operator's schema that are imported.",
      "- as: the operator of the IR that it is; or by an importer, which makes",
      "  it of several or of one with other operands; or by its definition in",
      "  ONNX, which consists of operators of this table.",
      "- types: of the first operand, each tried on a case of the suite.",
      "- cases: those of [ONNX's suite](conformance.md) that pass, with those",
      "  that are frozen or have the definition in the operator's place.",
      "- refused: why the others are refused.  A *run-time parameter* is one",
      "  that has to be a constant.",
      "",
      "| operator | versions | as | types | cases | refused |",
      "|---|---|---|---|---:|---|",
      *supported,
      "",
      "## Not supported",
      "",
      *(f"- {name}" for name in missing),
      "",
  ])
