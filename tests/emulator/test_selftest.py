# SPDX-License-Identifier: Apache-2.0
"""The self-test that tinyc emits passes on the emulated boards, and where a
layer is broken on purpose it names that layer."""
import dataclasses
import pathlib
import re
import subprocess

import pytest

import emulate
import test_emulator as emulator

FLOAT = [emulator.ROOT / "examples/mnist/mnist.onnx",
         emulator.SHARED / "models/kws_fp32.onnx"]
TARGETS = {board: emulate.TARGETS[board] for board in emulator.BOARDS}
STREAMS = ["--ram=min", "--max-macs-increase=10%"]


@dataclasses.dataclass(frozen=True)
class Case:
    model: pathlib.Path
    board: str
    target: str
    options: tuple = ()

    def __str__(self):
        streams = "-streams" if self.options else ""
        return f"{self.model.stem}-{self.board}-{self.target}{streams}"


CASES = [Case(model, board, target)
         for model in emulator.QUANTIZED[:4]
         for board, target in TARGETS.items()] + [
    Case(model, "m4", "cortex-m4") for model in emulator.QUANTIZED[4:8]] + [
    Case(model, board, target, tuple(STREAMS))
    for model in emulator.QUANTIZED[:4]
    for board, target in TARGETS.items()] + [
    Case(emulator.QUANTIZED[0], board, "generic") for board in TARGETS] + [
    Case(model, board, TARGETS[board])
    for model in FLOAT for board in ("m4", "m55", "rv32imc")]


def run(case, folder, change=lambda text: text):
    """What the self-test prints on the board, and whether it passes."""
    if not case.model.exists():
        pytest.skip(f"skipped: {case.model.name} is not there")
    for program in emulate.missing(case.board):
        pytest.skip(f"skipped: {program} is not installed")
    subprocess.run([emulator.BIN / "tinyc", case.model, "--emit-selftest",
                    f"--target={case.target}", *case.options, "-o",
                    folder / "model.c"], check=True)
    model = folder / "model.c"
    model.write_text(change(model.read_text()))
    done = emulate.run(case.board, folder, "-O2",
                       ("model.c", "model_selftest.c"),
                       ("-DTC_SELFTEST", "-DTC_SELFTEST_MAIN"))
    print(done.text)
    return done.text, done.same_bits


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agrees(case, tmp_path):
    text, passes = run(case, tmp_path)
    assert re.search(r"model: \d+ layers and 1 output agree with the reference",
                     text)
    assert passes


def break_layer(number):
    """Changes a byte of the layer's result, or of each row of it, before the
    self-test sees it."""
    def change(text):
        changed = re.sub(rf"(TC_LAYER_DONE\({number}, (.*), \d+\);)",
                         r"((uint8_t *)(\2))[21] ^= 64; \1", text)
        assert changed != text
        return changed
    return change


@pytest.mark.parametrize("board", ["m4", "rv32imc"])
@pytest.mark.parametrize("options", [(), tuple(STREAMS)], ids=["", "streams"])
def test_names_the_layer(board, options, tmp_path):
    case = Case(emulator.QUANTIZED[0], board, TARGETS[board], options)
    text, passes = run(case, tmp_path, break_layer(4))
    assert re.search(r'^layer 4 "/mix/conv/Conv" \(tc_conv2d_s8\w*\): '
                     r'expected 0x[0-9a-f]{8}, got 0x[0-9a-f]{8}$', text,
                     re.MULTILINE)
    assert "of 10 layers differ from the reference" in text
    assert not passes
