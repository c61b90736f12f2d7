# SPDX-License-Identifier: Apache-2.0
"""Float models come out in the emulator as in the reference, but for rounding.

The kernels for cores with a float unit have inner loops in assembly; their bits
are those of the same loops in C, where that is contracted alike.
"""
import os
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest

import emulate

BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", emulate.ROOT / "build/bin"))
# Sums are rounded in another order than the reference's.
TOLERANCE = 1e-5
TARGETS = {"m4": "cortex-m4", "m7": "cortex-m7", "m33": "cortex-m33",
           "m55": "cortex-m55"}
# Shapes that nothing divides: taps and channels, borders, steps of all kinds.
ODD = """
graph(%x: f32[1,13,11,3]) -> (%y, %z) {
  %w1 = const rand(1) : f32[14,3,3,3]
  %b1 = const rand(2) : f32[14]
  %a = conv(%x, %w1, %b1) {pads=[1,0,0,1], strides=[2,1], layout=nhwc} : f32[?]
  %w2 = const rand(3) : f32[14,1,5,3]
  %b = conv(%a, %w2) {pads=[2,1,2,1], group=14, act_min=0, layout=nhwc} : f32[?]
  %w3 = const rand(4) : f32[12,7,2,3]
  %c = conv(%b, %w3) {pads=[1,1,0,1], group=2, layout=nhwc} : f32[?]
  %w4 = const rand(5) : f32[8,12,3,3]
  %d = conv(%c, %w4) {pads=[2,2,2,2], dilations=[2,2], act_min=-2, act_max=3, layout=nhwc} : f32[?]
  %w5 = const rand(6) : f32[8,8,1,1]
  %e = conv(%d, %w5) {layout=nhwc} : f32[?]
  %w6 = const rand(7) : f32[16,1,3,3]
  %y = conv(%e, %w6) {pads=[2,2,2,2], strides=[1,2], dilations=[2,1], group=8, layout=nhwc} : f32[?]
  %steps = reshape(%e) {shape=[24,1,20]} : f32[?]
  %w7 = const rand(8) : f32[1,40,20]
  %r7 = const rand(9) : f32[1,40,10]
  %f = lstm(%steps, %w7, %r7) {y=false, last_h=true} : f32[1,1,10]
  %w8 = const rand(10) : f32[1,21,10]
  %r8 = const rand(11) : f32[1,21,7]
  %g = gru(%f, %w8, %r8) {y=false, last_h=true} : f32[1,1,7]
  %flat = reshape(%g) {shape=[1,7]} : f32[?]
  %w9 = const rand(12) : f32[6,7]
  %b9 = const rand(13) : f32[6]
  %z = dense(%flat, %w9, %b9) : f32[1,6]
  return %y, %z
}
"""
MODELS = {
    "odd_shapes": None, "mnist": emulate.ROOT / "examples/mnist/mnist.onnx",
    **{name: emulate.SHARED / "models" / f"{name}.onnx"
       for name in ("kws_fp32", "ad_fp32")}}


def compile_model(name, target, folder):
    """Writes model.c and a main.c that knows the reference's outputs."""
    model = MODELS[name]
    if model is None:
        model = folder / "odd_shapes.tir"
        model.write_text(ODD)
        inputs = np.random.default_rng(9).standard_normal(
            [1, 13, 11, 3]).astype(np.float32)
    else:
        if not model.exists():
            pytest.skip(f"skipped: {model.name} is not there")
        inputs = emulate.samples_beside(model, 1)
    np.savez(folder / "in.npz", x=inputs)
    subprocess.run([BIN / "tinyc", model, f"--target={target}", "-o",
                    folder / "model.c"], check=True)
    subprocess.run([BIN / "tinyc-run", model, folder / "in.npz", "-o",
                    folder / "out.npz", "--engine=reference"], check=True)
    out = np.load(folder / "out.npz")
    emulate.write_main(folder, inputs, [out[name] for name in out.files],
                       TOLERANCE)


def run(board, folder, opt, compiler, flags=()):
    for program in ("qemu-system-arm", compiler):
        if shutil.which(program) is None:
            pytest.skip(f"skipped: {program} is not installed")
    done = emulate.run(board, folder, opt, flags=flags, compiler=compiler)
    print(done.text)
    assert done.same_bits
    return re.search(r"results (\w+)", done.text)[1]


@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang-19"])
@pytest.mark.parametrize("board", TARGETS)
@pytest.mark.parametrize("name", MODELS)
def test_nearly_same(name, board, compiler, tmp_path):
    compile_model(name, TARGETS[board], tmp_path)
    run(board, tmp_path, "-O2", compiler)


@pytest.mark.parametrize("opt", ["-O2", "-O3", "-Os"])
def test_assembly_has_the_bits_of_c(opt, tmp_path):
    compile_model("odd_shapes", "cortex-m4", tmp_path)
    assembly = run("m4", tmp_path, opt, "gcc")
    model = tmp_path / "model.c"
    text = model.read_text()
    assert text.count("#define TC_FPU_ASM 1") == 1
    model.write_text(text.replace("#define TC_FPU_ASM 1",
                                  "#define TC_FPU_ASM 0"))
    assert run("m4", tmp_path, opt, "gcc", ["-ffp-contract=fast"]) == assembly
