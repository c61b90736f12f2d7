# SPDX-License-Identifier: Apache-2.0
"""Real models with and without the pass slim: the same bits.

Every model is compiled both ways, and both are run on recorded inputs and on
random ones.  Prints one row per model:

  MACs      multiply-accumulates without slim, and with it
  weights   bytes of the weights of its layers, where slim took some
  inputs    recorded and random inputs, on which every output has the same bits

The models lie in the folder `shared` beside the checkout; those in examples/
always run.  RANDOM_INPUTS=1000 makes it more than 20 random ones.
"""

import json
import os
import re

import numpy as np
import pytest

import test_models as models

RANDOM_INPUTS = int(os.environ.get("RANDOM_INPUTS", 20))
# Of vww_int8 half of the work is for nothing (docs/slimming.md).
VWW_MACS = 3_800_000
VWW_WEIGHT_BYTES = 32_000

SLIMMED = re.compile(r"slimmed: .* (\d+) => (\d+) bytes of weights")

ROWS: list[str] = []


def compile_and_build(model, folder, *options):
  """Of the model that is built in `folder`: its multiply-accumulates, and the
  bytes of weights before and after slim, if it did something."""
  folder.mkdir()
  models.run(models.TINYC, model, "-o", folder / "model.c", "--report",
             folder / "report.json", *options)
  models.run("gcc", "-std=c99", "-O2", "-fPIC", "-shared", "model.c", "-o",
             "model.so", "-lm", cwd=folder)
  report = json.loads((folder / "report.json").read_text())
  said = SLIMMED.search("\n".join(report["notes"]))
  return report["macs"], [int(number) for number in said.groups()] if said else None


def random_inputs(recorded):
  """As many as asked for, of the type and range of the recorded ones."""
  random = np.random.default_rng(0)
  shape = (RANDOM_INPUTS, *recorded.shape[1:])
  if recorded.dtype.kind in "iu":
    limits = np.iinfo(recorded.dtype)
    return random.integers(limits.min, limits.max, shape, recorded.dtype,
                           endpoint=True)
  return random.uniform(recorded.min(), recorded.max(),
                        shape).astype(recorded.dtype)


@pytest.mark.parametrize("model", models.EXAMPLES + models.SHARED_MODELS,
                         ids=lambda path: path.stem)
def test_slim_keeps_the_bits(model, tmp_path):
  whole_macs, said = compile_and_build(model, tmp_path / "whole", "--no-slim")
  assert said is None
  slim_macs, said = compile_and_build(model, tmp_path / "slim")
  recorded, expected = models.inputs_and_outputs(model)
  samples = np.concatenate([recorded, random_inputs(recorded)])
  like = np.empty((len(samples), *expected.shape[1:]), expected.dtype)
  results = [models.run_model(tmp_path / name, samples, like)
             for name in ("whole", "slim")]
  assert results[0].tobytes() == results[1].tobytes()
  before, after = said or ("", "")
  ROWS.append(f"{model.stem:<22}{whole_macs:>10}{slim_macs:>10}"
              f"{before:>10}{after:>10}{len(samples):>8}")
  if model.stem == "vww_int8":
    assert slim_macs <= VWW_MACS and after <= VWW_WEIGHT_BYTES


def test_shared_models_are_there():
  models.test_shared_models_are_there()


@pytest.fixture(scope="module", autouse=True)
def table(request):
  yield
  if not ROWS:
    return
  header = (f"{'model':<22}{'MACs':>10}{'slim':>10}{'weights':>10}"
            f"{'slim':>10}{'inputs':>8}")
  capture = request.config.pluginmanager.getplugin("capturemanager")
  with capture.global_and_fixture_disabled():
    print("\n".join(["", header, *ROWS]))
