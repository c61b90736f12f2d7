# SPDX-License-Identifier: Apache-2.0
"""Models take no more instructions than recorded, give or take 2 %.

The counts of instructions.json are exact for one compiler; they say nothing with
another one. `benchmarks/mcu/run.sh --record` writes them anew.
"""
import json
import sys

import pytest

import emulate

sys.path.append(str(emulate.ROOT / "benchmarks/mcu"))
import bench_mcu  # noqa: E402

MARGIN = 1.02
RECORD = json.loads(bench_mcu.RECORD.read_text())
CASES = [(model, board) for model, boards in RECORD["counts"].items()
         for board in boards]


@pytest.mark.parametrize("name,board", CASES)
def test_no_more_instructions(name, board):
    stem, *options = name.split()
    (model,) = [m for m in bench_mcu.MODELS + bench_mcu.FLOAT_MODELS
                if m.stem == stem]
    if not model.exists():
        pytest.skip(f"skipped: {model.name} is not there")
    for program in emulate.missing(board):
        pytest.skip(f"skipped: {program} is not installed")
    if bench_mcu.compiler() != RECORD["compiler"]:
        pytest.skip(f"skipped: recorded with gcc {RECORD['compiler']}")
    (cost,) = bench_mcu.measure(model, [board], RECORD["opt"], options)
    recorded = RECORD["counts"][name][board]
    print(f"{cost.instructions}, recorded {recorded}")
    assert cost.instructions <= MARGIN * recorded
