# SPDX-License-Identifier: Apache-2.0
"""The checked-in table of verdicts and the page made from it.

expected.txt has one line per case, in the order of their names:

  node/test_abs pass
  node/test_adagrad refused: operator ai.onnx.preview.training.Adagrad

The words after `refused:` are the class of the reason, not the sentence that
tinyc says, so that a better sentence changes no table.
"""

import collections
import pathlib
import re

import cases

EXPECTED = pathlib.Path(__file__).with_name("expected.txt")
PAGE = cases.ROOT / "docs/conformance.md"

HEADER = """\
# Verdicts of ONNX's backend test suite; tests/conformance/run.py --write.
"""

# The first pattern that a sentence has names the class of the reason.
CLASSES = (
    (r"the operator (\S+) is not supported", r"operator \1"),
    (r"version \d+ of (\S+)", r"version of \1"),
    (r"is not a tensor|sequence|optional", "no tensor"),
    (r"STRING|string", "strings"),
    (r"random", "random"),
    (r"computed at run time|must be a constant|freeze", "run-time parameter"),
    (r"size .*(unknown|depends)|data-dependent|depends on (data|values)",
     "unknown size"),
    (r"no C kernel", "no kernel"),
    (r"element type|a cast from|type \S+ is not", "type"),
    (r"attribute", "attribute"),
)


def reason_class(sentence):
  for pattern, name in CLASSES:
    found = re.search(pattern, sentence)
    if found:
      return found.expand(name)
  return "other"


def line_of(verdict):
  """What expected.txt says of a case; a failure has no place in it."""
  if verdict.status == "refused":
    return f"refused: {reason_class(verdict.reason)}"
  return verdict.status


def read_expected():
  """The lines of expected.txt by case."""
  if not EXPECTED.exists():
    return {}
  rows = (line.split(" ", 1) for line in EXPECTED.read_text().splitlines()
          if line and not line.startswith("#"))
  return dict(rows)


def write_expected(lines):
  rows = [f"{case} {line}\n" for case, line in sorted(lines.items())]
  EXPECTED.write_text(HEADER + "".join(rows))


# --- the page ------------------------------------------------------------------

def count_rows(groups, lines):
  """Rows of a Markdown table: group, cases, pass, refused."""
  for name, members in groups:
    passed = sum(lines.get(case.id) == "pass" for case in members)
    yield f"| {name} | {len(members)} | {passed} | {len(members) - passed} |"


def group_by(members, key):
  groups = collections.defaultdict(list)
  for member in members:
    groups[key(member)].append(member)
  return sorted(groups.items())


def page(suite, lines):
  """docs/conformance.md."""
  head = "| {} | cases | pass | refused |\n|---|---:|---:|---:|"
  official = [case for case in suite if case.kind != "frozen"]
  kinds = [("all of ONNX's", official),
           ("plain", [case for case in official if not case.special])]
  kinds += group_by(suite, lambda case: case.kind)
  special = group_by([case for case in official if case.special],
                     lambda case: case.special)
  reasons = collections.Counter(
      line.removeprefix("refused: ") for line in lines.values()
      if line.startswith("refused"))
  return "\n".join([
      "# ONNX's test suite",
      "",
      "Written by `tests/conformance/run.py --write` from",
      "`tests/conformance/expected.txt`, which a test compares with what tinyc",
      "does.  A case passes when every output is right, within the tolerance",
      "of the suite, in two successive calls of the C built by",
      "`gcc -std=c99`; it is refused when tinyc says why it does not compile",
      "the model.  There is no third verdict.",
      "",
      head.format("cases"),
      *count_rows(kinds, lines),
      "",
      "The frozen cases are not in the suite: they are those cases of `node`",
      "again that have shapes, axes and the like as inputs, with these as",
      "constants, as models for firmware have them.",
      "",
      "The plain cases are those of ONNX's own domain with fixed shapes and",
      "parameters, in float32, integers and bool, without sub-graphs.  The",
      "others, each counted where it first differs:",
      "",
      head.format("not plain"),
      *count_rows(special, lines),
      "",
      "[operators.md](operators.md) has the counts of each operator.",
      "",
      "## Why cases are refused",
      "",
      "| reason | cases |",
      "|---|---:|",
      *(f"| {reason} | {count} |" for reason, count in
        sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
      "",
  ])
