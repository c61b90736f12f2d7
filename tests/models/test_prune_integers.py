# SPDX-License-Identifier: Apache-2.0
"""Quantized models, pruned: they stay quantized, half of their weights are 0,
and most outputs are those of the whole model.

The models lie in the folder `shared` beside the checkout; without it there is
nothing to test.
"""

import json

import numpy as np
import pytest

import test_models as models

# Of each way of writing a quantized model one: QDQ with scales per channel and
# zero points, operators on integers, and integers from end to end.
NAMES = ("mnist_cnn_qdq_s8pc", "mnist_cnn_qdq_u8pt", "mnist_cnn_qop_u8pt",
         "kws_int8")
MODELS = [path for path in models.SHARED_MODELS if path.stem in NAMES]


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_pruned_integers_stay_integers(model, tmp_path):
  inputs, expected = models.inputs_and_outputs(model)
  np.savez(tmp_path / "samples.npz", x=inputs)
  # --verify: the C computes what the reference interpreter does.
  models.run(models.TINYC, model, "-o", tmp_path / "model.c", "--prune=50%",
             f"--calibration={tmp_path / 'samples.npz'}", "--verify",
             f"--report={tmp_path / 'report.json'}")
  report = json.loads((tmp_path / "report.json").read_text())
  kernels = " ".join(layer["kernel"] for layer in report["layers"])
  assert "conv2d_s8" in kernels
  assert "conv2d_f32" not in kernels and "dense_f32" not in kernels, kernels
  after = [layer["after"] for layer in report["pruning"]["layers"]]
  sizes = sum(layer["rows"] * layer["columns"] for layer in after)
  assert sum(layer["zeros"] for layer in after) >= 0.35 * sizes
  models.run("gcc", "-std=c99", "-O2", "-fPIC", "-shared", "model.c", "-o",
             "model.so", "-lm", cwd=tmp_path)
  outputs = models.run_model(tmp_path, inputs, expected)
  count = len(inputs)
  same = (outputs.reshape(count, -1).argmax(1) ==
          np.asarray(expected).reshape(count, -1).argmax(1))
  assert same.mean() >= 0.9


def test_shared_models_are_there():
  models.test_shared_models_are_there()
