# SPDX-License-Identifier: Apache-2.0
"""examples/firmware configures, builds and runs as its README says."""
import shutil
import subprocess

import pytest

import test_emulator as emulator
from test_selftest import break_layer

FIRMWARE = emulator.ROOT / "examples/firmware"
NEEDS = {"m4": ["arm-none-eabi-gcc", "qemu-system-arm"],
         "m55": ["arm-none-eabi-gcc", "qemu-system-arm"],
         "rv32imc": ["riscv64-unknown-elf-gcc", "qemu-system-riscv32"]}


def run(command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True,
                          text=True, **options)
    print(done.stdout, done.stderr)
    return done


@pytest.fixture(params=NEEDS, scope="module")
def build(request, tmp_path_factory):
    """The folder in which the firmware of a board was built."""
    for program in [*NEEDS[request.param], "cmake", "ninja", "ctest"]:
        if shutil.which(program) is None:
            pytest.skip(f"skipped: {program} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    assert run(["cmake", "-S", FIRMWARE, "--preset", request.param, "-B",
                folder, f"-DTINYC={emulator.BIN / 'tinyc'}"],
               cwd=FIRMWARE).returncode == 0
    built = run(["cmake", "--build", folder])
    assert built.returncode == 0
    assert "warning:" not in built.stdout
    return folder


def ctest(build, name):
    done = run(["ctest", "--test-dir", build, "-V", "-R", name])
    return done.stdout, done.returncode


def test_digits(build):
    text, code = ctest(build, "digits")
    assert "correct: 19 of 20" in text
    assert code == 0


def test_selftest(build):
    text, code = ctest(build, "selftest")
    assert "mnist: 10 layers and 1 output agree with the reference" in text
    assert code == 0


def test_a_broken_layer_is_named(build):
    model = build / "model/mnist.c"
    text = model.read_text()
    try:
        model.write_text(break_layer(7)(text))
        assert run(["cmake", "--build", build]).returncode == 0
        said, code = ctest(build, "selftest")
    finally:
        model.write_text(text)
    assert 'layer 7 "/pointwise/conv/Conv"' in said
    assert code != 0
