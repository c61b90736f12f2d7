# SPDX-License-Identifier: Apache-2.0
"""The short form of bad_input.py: the models in examples/ and few changes."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import bad_input  # pylint: disable=wrong-import-position

TINYC = pathlib.Path(
    os.environ.get("TINYC_BIN_DIR", bad_input.ROOT / "build/bin")) / "tinyc"
FLIPS = 100


def test_bad_input():
  models = sorted((bad_input.ROOT / "examples").glob("*/*.onnx"))
  cases = bad_input.all_cases(models, FLIPS)
  codes, failures = bad_input.run_cases(TINYC.resolve(), cases, jobs=2)
  assert not failures, "\n".join(failures)
  assert codes[1] > 0 and codes[2] > 0
