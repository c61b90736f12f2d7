# SPDX-License-Identifier: Apache-2.0
"""Integer models give the same bits in the emulator as in the reference.

Each model, quantized already or by tinyc, is compiled for the generic target,
built for every board together with a main that holds samples and the
reference's outputs, and run by QEMU. The only float operators of these models,
if any, are the conversions at their ends: one division or one product, the same
on every IEEE machine. What tinyc quantizes has integers at its ends.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))
EXPORTS = ROOT / "tests/exports/models/quantized"
sys.path.append(str(ROOT / "benchmarks/sparse"))
BOARDS = ["m0big", "m4", "m55", "rv32imc"]

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

    def __str__(self):
        zeros = None if self.zeros is None else f"{self.zeros} zeros"
        streams = "streams" if self.streams else None
        return "-".join(
            filter(None, [self.model.stem, self.quantize, zeros, streams]))


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
CASES = [Case(model) for model in QUANTIZED] + [
    Case(model, quantize) for model in FLOAT for quantize in FORMATS] + [
    Case(QUANTIZED[0], zeros=zeros) for zeros in (0.5, 0.9, "2:4", "1:4")] + [
    Case(model, streams=True) for model in QUANTIZED[:4]]
SAMPLES = 2
CALIBRATION = 8  # enough for bits to be equal, and quick

MAIN_C = r"""
#include <stdio.h>
#include <string.h>
#include "mcu_bench.h"
#include "model.h"

@DATA@

typedef struct { const void *const *in; const void *const *expected; } sample;
static const sample samples[] = {@SAMPLES@};
static uint64_t results[@COUNT@][(@BYTES@ + 7) / 8];

typedef struct { const sample *s; void *const *out; int status; } call;

static void run(void *p) {
  call *c = (call *)p;
  c->status = model_model.run(0, c->s->in, c->out);
}

int main(void) {
  int bad = 0;
  for (unsigned i = 0; i < sizeof samples / sizeof samples[0]; ++i) {
    void *out[@COUNT@];
    for (int o = 0; o < @COUNT@; ++o) {
      memset(results[o], 0xCD, sizeof results[o]);
      out[o] = results[o];
    }
    call c = {&samples[i], out, 0};
    const mcu_cost cost = mcu_measure(run, &c);
    bad |= c.status;
    for (int o = 0; o < @COUNT@; ++o) {
      const unsigned char *want = (const unsigned char *)samples[i].expected[o];
      const unsigned char *have = (const unsigned char *)results[o];
      for (unsigned b = 0; b < model_model.outputs[o].bytes; ++b) {
        if (have[b] == want[b]) continue;
        printf("sample %u output %d byte %u: %d, not %d\n", i, o, b, have[b],
               want[b]);
        bad = 1;
        break;
      }
    }
    printf("sample %u: %lu instructions, %lu bytes of stack\n", i,
           (unsigned long)cost.insn, (unsigned long)cost.stack);
  }
  return bad;
}
"""


def samples_for(model, count):
    """That many inputs of the model, along the leading axis."""
    file = SHARED / "data/io" / f"{model.stem}.npz"
    if file.exists():
        return np.load(file)["x"][:count]
    if model.parent.name == "mnist":
        return np.load(model.parent / "digits.npz")["image"][:count]
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
    report = folder / "report.json"
    memory = ["--ram=min", "--max-macs-increase=10%"] if case.streams else []
    subprocess.run([BIN / "tinyc", model, *options, *memory,
                    "-o", folder / "model.c",
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


def c_array(name, array):
    data = ", ".join(map(str, np.ascontiguousarray(array).view(np.uint8).ravel()))
    return (f"static const union {{ unsigned char bytes[{array.nbytes}]; "
            f"uint64_t align; }} {name} = {{{{{data}}}}};\n")


def write_main(folder, inputs, outputs):
    text, rows = "", []
    for i in range(len(inputs)):
        text += c_array(f"x{i}", inputs[i])
        for o, output in enumerate(outputs):
            text += c_array(f"y{i}_{o}", output[i])
        wanted = ", ".join(f"y{i}_{o}.bytes" for o in range(len(outputs)))
        text += f"static const void *const in{i}[] = {{x{i}.bytes}};\n"
        text += f"static const void *const want{i}[] = {{{wanted}}};\n"
        rows.append(f"{{in{i}, want{i}}}")
    most = max(output[0].nbytes for output in outputs)
    (folder / "main.c").write_text(
        MAIN_C.replace("@DATA@", text).replace("@SAMPLES@", ", ".join(rows))
        .replace("@COUNT@", str(len(outputs))).replace("@BYTES@", str(most)))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The folder with model.c and main.c for a case; made once."""
    folders = {}

    def make(case):
        if case not in folders:
            folder = tmp_path_factory.mktemp(str(case))
            inputs, outputs = compile_case(case, folder)
            if case.quantize is not None:
                assert all(output.dtype.kind == "i" for output in outputs)
            write_main(folder, inputs, outputs)
            folders[case] = folder
        return folders[case]

    return make


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_bits(case, board, compiled):
    if not case.model.exists():
        pytest.skip(f"skipped: {case.model.name} is not there")
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("skipped: QEMU is not installed")
    folder = compiled(case)
    run = subprocess.run(
        [HERE / "run.sh", board, folder / "model.c", folder / "main.c", "--",
         f"-I{folder}"], capture_output=True, text=True,
        env={**os.environ, "OPT": "-O2", "TIMEOUT": "120"})
    print(run.stdout, run.stderr)
    assert run.returncode == 0
