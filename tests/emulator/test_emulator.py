# SPDX-License-Identifier: Apache-2.0
"""Integer models give the same bits in the emulator as in the reference.

Each model is compiled for the generic target, built for every board together
with a main that holds samples and the reference's outputs, and run by QEMU.
The only float operators of these models, if any, are the conversions at their
ends: one division or one product, the same on every IEEE machine.
"""
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = ROOT.parent / "shared"
BOARDS = ["m0big", "m4", "m55", "rv32imc"]
MODELS = [ROOT / "examples/mnist/mnist_int8.onnx"] + [
    SHARED / "models" / f"{name}.onnx"
    for name in ("kws_int8", "ic_int8", "vww_int8", "ad_int8", "sww_int8",
                 "person_detect_int8", "mcunet_vww_int8", "mnist_cnn_qdq_s8pc",
                 "mnist_cnn_qdq_u8pt", "mnist_cnn_qop_u8pt")]
# What --quantize makes of a float model.
FLOAT_MODEL = ROOT / "examples/mnist/mnist.onnx"
FORMATS = ["int8", "int16x8", "w4a8"]
SAMPLES = 2

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


def samples_for(model):
    """Inputs by name, SAMPLES of each along the leading axis."""
    file = SHARED / "data/io" / f"{model.stem}.npz"
    if file.exists():
        return {None: np.load(file)["x"][:SAMPLES]}
    if model.parent == FLOAT_MODEL.parent:
        return {None: np.load(model.parent / "digits.npz")["image"][:SAMPLES]}
    data = np.load(SHARED / "data/mnist_10k.npz")
    images = data[data.files[0]].reshape(-1, 1, 1, 28, 28)[:SAMPLES]
    return {None: ((images / 255.0 - 0.1307) / 0.3081).astype(np.float32)}


def reference(model, options, inputs, folder):
    np.savez(folder / "in.npz", x=inputs[None])
    subprocess.run(
        [BIN / "tinyc-run", model, folder / "in.npz", "-o",
         folder / "out.npz", "--engine=reference", *options], check=True)
    out = np.load(folder / "out.npz")
    return [out[name] for name in out.files]


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
    """The folder with model.c and main.c for a model; made once."""
    folders = {}

    def make(model, *options):
        key = (model, options)
        if key not in folders:
            folder = tmp_path_factory.mktemp(model.stem)
            subprocess.run(
                [BIN / "tinyc", model, "-o", folder / "model.c", *options],
                check=True)
            inputs = samples_for(model)
            write_main(folder, inputs[None],
                       reference(model, options, inputs, folder))
            folders[key] = folder
        return folders[key]

    return make


def check_same_bits(folder, board):
    run = subprocess.run(
        [HERE / "run.sh", board, folder / "model.c", folder / "main.c", "--",
         f"-I{folder}"], capture_output=True, text=True,
        env={**os.environ, "OPT": "-O2", "TIMEOUT": "120"})
    print(run.stdout, run.stderr)
    assert run.returncode == 0


def skip_without_qemu():
    if shutil.which("qemu-system-arm") is None:
        pytest.skip("QEMU is not installed")


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.stem)
def test_same_bits(model, board, compiled):
    if not model.exists():
        pytest.skip(f"{model.name} is not there")
    skip_without_qemu()
    check_same_bits(compiled(model), board)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("kind", FORMATS)
def test_same_bits_quantized(kind, board, compiled):
    skip_without_qemu()
    digits = FLOAT_MODEL.parent / "digits.npz"
    folder = compiled(FLOAT_MODEL, f"--quantize={kind}",
                      f"--calibration={digits}")
    check_same_bits(folder, board)
