# SPDX-License-Identifier: Apache-2.0
"""Models as exporters write them, against onnxruntime.

Each file of models/ is compiled as it is and as onnxruntime's optimizer
rewrites it (at its levels `basic` and `extended`, the second with operators of
com.microsoft). The emitted C is built by GCC with sanitizers, and by Clang,
under strict warnings.
"""

import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
import emitted

ort = pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")

MODELS = sorted((pathlib.Path(__file__).parent / "models").glob("*.onnx"))
TOLERANCE = 1e-5  # of the largest output
SAMPLES = 3
LEVELS = {
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
}


def session(model, level=ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
            optimized=None):
  options = ort.SessionOptions()
  options.log_severity_level = 3
  options.graph_optimization_level = level
  options.intra_op_num_threads = 1
  if optimized is not None:
    options.optimized_model_filepath = str(optimized)
  return ort.InferenceSession(str(model), options,
                              providers=["CPUExecutionProvider"])


def random_samples(runner):
  random = np.random.default_rng(7)
  return [[random.standard_normal(x.shape).astype(np.float32)
           for x in runner.get_inputs()] for _ in range(SAMPLES)]


def check(model, oracle, folder, **options):
  program = emitted.Program(model, folder, **options)
  for inputs in random_samples(oracle):
    expected = oracle.run(None, dict(zip(
        [x.name for x in oracle.get_inputs()], inputs)))
    for want, got in zip(expected, program.run(inputs, expected), strict=True):
      assert emitted.relative_difference(want, got) <= TOLERANCE


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_as_exported(model, tmp_path):
  check(model, session(model), tmp_path, sanitize=True)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_with_clang(model, tmp_path):
  check(model, session(model), tmp_path, compiler="clang")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_as_optimized(model, level, tmp_path):
  optimized = tmp_path / "optimized.onnx"
  session(model, LEVELS[level], optimized)
  check(optimized, session(model), tmp_path)
