# SPDX-License-Identifier: Apache-2.0
"""Models take no more instructions than recorded, give or take 2 %, and about as
many as reports say.

The counts of instructions.json are exact for one compiler; they say nothing with
another one. `benchmarks/mcu/run.sh --record` writes them anew.
"""
import json
import subprocess
import sys

import pytest

import emulate

sys.path.append(str(emulate.ROOT / "benchmarks/mcu"))
import bench_mcu  # noqa: E402

MARGIN = 1.02
# Of the estimates in reports. Layers of a kernel differ in more than their
# products and results: the few channels of some fill half of what vectors hold.
ESTIMATE_MARGIN = 0.2
ESTIMATE_MARGINS = {("mnist_int8", "m55"): 0.25,
                    ("mnist_int8", "rv64gcv"): 0.25,
                    ("sww_int8", "rv64gcv"): 0.25,
                    ("sww_int8", "zve32x"): 0.25}
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


@pytest.mark.parametrize("name,board", CASES)
def test_the_estimate_is_near(name, board, tmp_path):
    stem, *options = name.split()
    (model,) = [m for m in bench_mcu.MODELS + bench_mcu.FLOAT_MODELS
                if m.stem == stem]
    if not model.exists():
        pytest.skip(f"skipped: {model.name} is not there")
    path = tmp_path / "report.json"
    subprocess.run(
        [bench_mcu.BIN / "tinyc", model, *options, "-o", tmp_path / "model.c",
         f"--target={emulate.TARGETS[board]}", f"--report={path}"], check=True)
    report = json.loads(path.read_text())
    estimate = report["instructions_estimate"]
    recorded = RECORD["counts"][name][board]
    print(f"{estimate} estimated, {recorded} recorded")
    assert abs(estimate / recorded - 1) <= ESTIMATE_MARGINS.get(
        (name, board), ESTIMATE_MARGIN)
