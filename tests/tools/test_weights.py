# SPDX-License-Identifier: Apache-2.0
"""Models with zeros among their weights: the C is smaller and has the same bits.

The masks are those of benchmarks/sparse.  `tinyc --verify` compares the C with
the reference, which knows nothing of how weights are stored.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

onnx = pytest.importorskip("onnx", reason="skipped: no onnx")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = pathlib.Path(os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
sys.path.append(str(ROOT / "benchmarks/sparse"))

import masks  # noqa: E402

MODELS = [ROOT / "examples/mnist/mnist_int8.onnx"] + [
    SHARED / "models/kws_int8.onnx"]
# One of these some layer takes with --weights=small.
FORMS = {0.5: {"mask"}, 0.7: {"mask"}, 0.8: {"mask", "skip"}, 0.9: {"skip"},
         "2:4": {"2of4"}, "1:4": {"1of4"}, "16 values": {"codes"}}
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]


def compiled(model, folder, weights, *options):
  """The report of the model, whose C is left in the folder."""
  report = folder / f"{weights}.json"
  done = subprocess.run(
      [BIN / "tinyc", model, f"--weights={weights}", *options, "-o",
       folder / f"{weights}.c", f"--report={report}"],
      capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  return json.loads(report.read_text())


def forms_of(report):
  return {layer["weights"]["form"] for layer in report["layers"]
          if "weights" in layer}


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
@pytest.mark.parametrize("pattern", masks.PATTERNS)
def test_smaller_and_the_same(model, pattern, tmp_path):
  if not model.exists():
    pytest.skip(f"skipped: {model.name} is not there")
  file = tmp_path / "masked.onnx"
  onnx.save(masks.mask_model(onnx.load(model), pattern), file)
  dense = compiled(file, tmp_path, "dense")
  fast = compiled(file, tmp_path, "fast", "--verify")
  small = compiled(file, tmp_path, "small", "--verify")
  assert forms_of(dense) == {"dense"}
  assert FORMS[pattern] & forms_of(small)
  assert "codes" not in forms_of(fast)  # they take more time
  assert small["weight_bytes"] < dense["weight_bytes"]
  assert small["weight_bytes"] <= fast["weight_bytes"] <= dense["weight_bytes"]
  for compiler in (["gcc", "-std=c99"], ["clang", "-std=c99"],
                   ["g++", "-std=c++17", "-x", "c++"]):
    done = subprocess.run(
        [*compiler, *WARNINGS, "-O1", "-fsyntax-only", tmp_path / "small.c"],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
