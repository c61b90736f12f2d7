# SPDX-License-Identifier: Apache-2.0
"""The stack of real models has a bound, and the report's estimate holds.

By the call graph of arm-none-eabi-gcc: every frame has a fixed size, no function
calls itself, and the deepest path is no longer than the estimate and no shorter
than a third of it.  Skipped without that compiler.
"""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/memory"))
import stack  # noqa: E402

MODELS = [*sorted((ROOT / "examples").glob("*/*.onnx")),
          *sorted((stack.SHARED / "models").glob("*.onnx"))]


@pytest.mark.parametrize(
    "options", [[], ["--ram=min"], ["--target=cortex-m4"],
                ["--target=cortex-m4", "--code=small"]],
    ids=["default", "ram_min", "cortex_m4", "small"])
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_the_estimate_holds(model, options, tmp_path):
  if shutil.which(stack.ARM[0]) is None:
    pytest.skip("skipped: no arm-none-eabi-gcc")
  report = tmp_path / "report.json"
  subprocess.run(
      [stack.BIN / "tinyc", model, f"--report={report}", *options], check=True)
  estimate = json.loads(report.read_text())["stack_bytes_estimate"]
  measured = stack.measure(model, options, stack.ARM, "-Os")[0]
  assert estimate / 3 <= measured <= estimate


def graph_of(folder, code):
  (folder / "model.c").write_text(code)
  return stack.call_graph(folder, ["gcc"], "-O0")


def test_recursion_and_frames_without_a_size_are_found(tmp_path):
  frames, calls = graph_of(
      tmp_path, "int a(int); int b(int n) { return a(n - 1); }\n"
      "int a(int n) { return n ? b(n) : 0; }\n")
  with pytest.raises(stack.Unbounded):
    stack.deepest("a", frames, calls)
  with pytest.raises(stack.Unbounded):
    graph_of(tmp_path, "int use(int *); int a(int n) { int x[n]; "
             "return use(x); }\n")


def test_the_deepest_path_counts_each_frame_once(tmp_path):
  frames, calls = graph_of(
      tmp_path, "int use(char *);\n"
      "int leaf(int n) { char x[400]; return use(x) + n; }\n"
      "int side(int n) { char x[100]; return use(x) + n; }\n"
      "int top(int n) { return leaf(n) + side(n); }\n")
  bytes_, path = stack.deepest("top", frames, calls)
  assert path == ["top", "leaf"]
  assert bytes_ == frames["top"] + frames["leaf"] >= 400
