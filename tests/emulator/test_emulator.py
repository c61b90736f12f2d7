# SPDX-License-Identifier: Apache-2.0
"""Integer models give the same bits in the emulator as in the reference.

Each model, quantized already or by tinyc, is compiled for the generic target
and some for a Cortex-M4, -M55 or RISC-V with vectors, whose C is right elsewhere
too, built for every board together with a main that holds samples and the
reference's outputs, and run by QEMU. The only float operators of these models, if
any, are the conversions at their ends: one division or one product, the same on
every IEEE machine. What tinyc quantizes has integers at its ends.
"""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import emulate
import odd_shapes

ROOT = emulate.ROOT
SHARED = emulate.SHARED
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
EXPORTS = ROOT / "tests/exports/models/quantized"
sys.path.append(str(ROOT / "benchmarks/sparse"))
BOARDS = ["m0big", "m4", "m55", "rv32imc", "zve32x", "rv64gcv"]

try:
    import masks  # of benchmarks/sparse
except ImportError:  # it needs onnx
    masks = None


@dataclasses.dataclass(frozen=True)
class Case:
    model: pathlib.Path
    quantize: str | None = None  # None: the model is quantized already
    # Of its weights, put there; they are stored as small as can be.
    zeros: float | str | None = None
    # Layers take turns row by row.
    streams: bool = False
    # Whose kernels the C has; it runs on every board.
    target: str = "generic"
    # The kernels of some layers, as options of select-kernels.
    kernels: str | None = None
    # What is left of it makes layers faster.
    ram: str | None = None

    def __str__(self):
        zeros = None if self.zeros is None else f"{self.zeros} zeros"
        streams = "streams" if self.streams else None
        target = None if self.target == "generic" else self.target
        return "-".join(filter(
            None, [self.model.stem, self.quantize, zeros, streams, target,
                   "bytes" if "bytes" in (self.kernels or "") else None,
                   "chosen" if self.kernels else None, self.ram]))


# What --quantize makes, and the interface that is compared.
FORMATS = {"int8": "int8", "int16x8": "int16", "w4a8": "int8"}
QUANTIZED = [ROOT / "examples/mnist/mnist_int8.onnx"] + [
    SHARED / "models" / f"{name}.onnx"
    for name in ("kws_int8", "ic_int8", "vww_int8", "ad_int8", "sww_int8",
                 "person_detect_int8", "mcunet_vww_int8", "mnist_cnn_qdq_s8pc",
                 "mnist_cnn_qdq_u8pt", "mnist_cnn_qop_u8pt")] + [
    EXPORTS / f"{name}.onnx" for name in ("ort_s16", "ort_mlp_s16")]
FLOAT = [ROOT / "examples/mnist/mnist.onnx"] + [
    SHARED / "models" / f"{name}.onnx"
    for name in ("kws_fp32", "ic_fp32", "vww_fp32", "ad_fp32", "sww_fp32",
                 "mnist_cnn", "mnist_mlp")]
# The layers of ic that are 3x3 at stride 1.
WINOGRAD = Case(SHARED / "models/ic_int8.onnx", target="cortex-m4",
                kernels=";".join(f"{node}=tc_conv2d_s8_winograd"
                                 for node in (30, 33, 42, 51)))
# The same with weights that stay bytes; each layer in one pass.
WINOGRAD_BYTES = dataclasses.replace(
    WINOGRAD, kernels=WINOGRAD.kernels.replace("winograd", "winograd_bytes"))
CASES = [Case(model) for model in QUANTIZED] + [
    Case(model, quantize) for model in FLOAT for quantize in FORMATS] + [
    Case(QUANTIZED[0], zeros=zeros) for zeros in (0.5, 0.9, "2:4", "1:4")] + [
    Case(model, streams=True) for model in QUANTIZED[:4]] + [
    Case(model, target="cortex-m4") for model in QUANTIZED] + [
    Case(model, target="cortex-m4", streams=True) for model in QUANTIZED[:4]] + [
    Case(model, target="cortex-m55") for model in QUANTIZED[:8]] + [
    Case(model, target="rv64gcv") for model in QUANTIZED[:8]] + [
    WINOGRAD, dataclasses.replace(WINOGRAD, streams=True), WINOGRAD_BYTES,
    Case(WINOGRAD.model, target="cortex-m4", ram="48K"),
    Case(QUANTIZED[0], target="cortex-m4", ram="16K")]
# Shapes that no model has.
ODD = pathlib.Path("odd_shapes.tir")
CASES += [Case(ODD, streams=streams, target=target)
          for target in ("generic", "cortex-m4", "cortex-m55", "rv64gcv")
          for streams in (False, True)]
SAMPLES = 2
CALIBRATION = 8  # enough for bits to be equal, and quick

def samples_for(model, count):
    """That many inputs of the model, along the leading axis."""
    beside = emulate.samples_beside(model, count)
    if beside is not None:
        return beside
    if model == ODD:
        return odd_shapes.samples(count)
    if model.parent == EXPORTS:
        onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
        (x,) = onnx.load(model).graph.input
        shape = [d.dim_value for d in x.type.tensor_type.shape.dim]
        random = np.random.default_rng(7)
        return random.standard_normal([count, *shape]).astype(np.float32)
    data = np.load(SHARED / "data/mnist_10k.npz")
    images = data[data.files[0]].reshape(-1, 1, 1, 28, 28)[:count]
    return ((images / 255.0 - 0.1307) / 0.3081).astype(np.float32)


def as_integers(inputs, report):
    """Samples as the integers of the interface that `report` tells of."""
    (x,) = report["inputs"]
    limits = np.iinfo({"s8": np.int8, "s16": np.int16}[x["dtype"]])
    stored = np.rint(inputs / np.float32(x["scale"])) + x["zero_point"]
    return np.clip(stored, limits.min, limits.max).astype(limits.dtype)


def compile_case(case, folder):
    """Writes model.c; the inputs and the reference's outputs."""
    model, options = case.model, []
    if case.quantize is not None:
        np.savez(folder / "calibration.npz", x=samples_for(model, CALIBRATION))
        options = [f"--quantize={case.quantize}",
                   f"--calibration={folder / 'calibration.npz'}",
                   f"--io={FORMATS[case.quantize]}"]
    if case.zeros is not None:
        onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
        model = folder / "masked.onnx"
        onnx.save(masks.mask_model(onnx.load(case.model), case.zeros), model)
        options = ["--weights=small"]
    if model == ODD:
        model = folder / ODD
        model.write_text(odd_shapes.TEXT)
    report = folder / "report.json"
    memory = ["--ram=min", "--max-macs-increase=10%"] if case.streams else []
    if case.ram is not None:
        memory = [f"--ram={case.ram}"]
    if case.kernels is not None:
        memory += ["--passes=clean,fuse,integers,slim,forms,prepare-outputs,"
                   f"select-kernels{{{case.kernels}}},compress-weights,"
                   "arrange-weights,pack-weights,schedule,plan-memory,"
                   "check-plan"]
    subprocess.run([BIN / "tinyc", model, *options, *memory,
                    f"--target={case.target}", "-o", folder / "model.c",
                    f"--report={report}"], check=True)
    inputs = samples_for(case.model, SAMPLES)
    if case.quantize is not None:
        inputs = as_integers(inputs, json.loads(report.read_text()))
    np.savez(folder / "in.npz", x=inputs)
    subprocess.run(
        [BIN / "tinyc-run", model, folder / "in.npz", *options, "-o",
         folder / "out.npz", "--engine=reference"], check=True)
    out = np.load(folder / "out.npz")
    return inputs, [out[name] for name in out.files]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The folder with model.c and main.c for a case; made once."""
    folders = {}

    def make(case):
        if case not in folders:
            folder = tmp_path_factory.mktemp("case")
            inputs, outputs = compile_case(case, folder)
            if case.quantize is not None:
                assert all(output.dtype.kind == "i" for output in outputs)
            emulate.write_main(folder, inputs, outputs)
            folders[case] = folder
        return folders[case]

    return make


def check(case, board, compiled, opt="-O2", compiler="gcc", flags=()):
    if case.model != ODD and not case.model.exists():
        pytest.skip(f"skipped: {case.model.name} is not there")
    for program in emulate.missing(board, compiler):
        pytest.skip(f"skipped: {program} is not installed")
    folder = compiled(case)
    run = emulate.run(board, folder, opt, flags=flags, compiler=compiler)
    print(run.text)
    assert run.same_bits


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_bits(case, board, compiled):
    check(case, board, compiled)


# Kernels in assembly do not depend on what the compiler does around them.
@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang-19"])
@pytest.mark.parametrize("opt", ["-O0", "-O1", "-O3", "-Os"])
@pytest.mark.parametrize("board,target", [
    ("m0big", "cortex-m0plus"), ("m4", "cortex-m4"), ("m7", "cortex-m4"),
    ("m33", "cortex-m4"), ("m55", "cortex-m55"), ("m55", "cortex-m85"),
    ("zve32x", "zve32x"), ("rv64gcv", "rv64gcv")])
def test_same_bits_of_compilers(board, target, opt, compiler, compiled):
    check(Case(QUANTIZED[0], target=target), board, compiled, opt, compiler)


# The conversions at the ends of a model are not contracted.
@pytest.mark.parametrize("contract", ["off", "fast"])
@pytest.mark.parametrize("compiler", ["gcc", "clang-19"])
@pytest.mark.parametrize("board,target", [
    ("m4", "cortex-m4"), ("m55", "cortex-m55"), ("rv32imc", "rv32imc")])
def test_same_bits_contracted_or_not(board, target, compiler, contract,
                                     compiled):
    check(Case(QUANTIZED[0], target=target), board, compiled, "-O3", compiler,
          [f"-ffp-contract={contract}"])


@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang-19"])
@pytest.mark.parametrize("opt", ["-O0", "-O1", "-O3", "-Os"])
@pytest.mark.parametrize("case", [WINOGRAD, WINOGRAD_BYTES], ids=str)
def test_same_bits_with_fewer_products(case, opt, compiler, compiled):
    check(case, "m4", compiled, opt, compiler)
