# SPDX-License-Identifier: Apache-2.0
"""What each layer of an emitted model costs in the emulator.

The emitted C has one function per kernel and shape, which layers share and which
streams call once per row. It is compiled with hooks around the calls of these
functions (layers.c); the line of a call says which layer it is of, the comment
over the function what the layer computes. The hooks change the code around the
kernels a little: the layers' sum differs from the model's by a few instructions
per call.
"""
import dataclasses
import math
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
# Kernels are inlined into the functions that are counted.
FLAGS = ("-finstrument-functions", "-fno-optimize-sibling-calls",
         "-finstrument-functions-exclude-function-list=tc_,model_,mcu_",
         "-finstrument-functions-exclude-file-list=main.c", f"-I{HERE}")

MAIN_C = r"""
#include <stdint.h>
#include "layers.h"
#include "model.h"

static const union { unsigned char bytes[@SIZE@]; uint64_t align; } x = {{@X@}};
static uint64_t y[@COUNT@][(@BYTES@ + 7) / 8];

int main(void) {
  const void *const in[] = {x.bytes};
  void *out[@COUNT@];
  for (int o = 0; o < @COUNT@; ++o) out[o] = y[o];
  layers_start();
  const int status = model_model.run(0, in, out);
  layers_print();
  return status;
}
"""


@dataclasses.dataclass
class Layer:
    name: str
    kind: str  # "conv 3x3", "depthwise 3x3", "add"
    macs: int
    kernel: str  # its symbol
    elements: int  # of the result, or of the operand where that has more
    pixels: int  # elements in the first channel
    instructions: int = 0


def write_main(folder, sample, outputs):
    data = sample.tobytes()
    (folder / "layers_main.c").write_text(
        MAIN_C.replace("@X@", ", ".join(map(str, data)))
        .replace("@SIZE@", str(len(data)))
        .replace("@COUNT@", str(len(outputs)))
        .replace("@BYTES@", str(max(o[0].nbytes for o in outputs))))


def dims(text):
    return [int(n) for n in text.split("x")]


def size_of(comment, macs):
    """Elements and pixels of the result; of layers without products those of the
    first operand where it has more."""
    found = re.search(r": \w+ ([\dx]+)\b.*? -> ([\dx]+)", comment)
    if found is None:
        return 0, 0
    x, y = (dims(n) for n in found.groups())
    shape = x if macs == 0 and math.prod(x) > math.prod(y) else y
    return math.prod(shape), math.prod(shape[:-1])


def describe(comment):
    """The kind and the multiply-accumulates of a layer by the comment over its
    function: "conv: x 1x8x8x3, w 4x3x3x3, bias 4 -> 1x8x8x4, 6.9 kMAC"."""
    name = re.match(r" ?(?:\S+ .* of )?([a-z]\w*): ", comment)[1]
    operands = re.search(
        r"x ([\dx]+), w ([\dx]+)(?:,[^>]*)?-> ([\dx]+)", comment)
    if name not in ("conv", "dense") or operands is None:
        return name, 0
    x, w, y = (dims(operands[i]) for i in (1, 2, 3))
    macs = math.prod(y) * math.prod(w[1:])
    if name == "dense":
        return name, macs
    kernel = "x".join(map(str, w[2:]))
    if w[1] == 1 and x[-1] > 1:
        return f"depthwise {kernel}", macs
    few = f" of {x[-1]}" if x[-1] <= 4 else ""
    return f"conv {kernel}{few}", macs


def bodies_of(source):
    """Kind, multiply-accumulates, kernel, elements and pixels by the function
    that computes a layer."""
    found = re.findall(
        r"/\*((?:[^*]|\*(?!/))*)\*/\s*TC_NOINLINE static void (?!tc_)(\w+)\("
        r"[^{]*{(.*?)\n}", source, re.S)
    bodies = {}
    for comment, name, body in found:
        comment = re.sub(r"\s*\n \* ?", " ", comment)
        kernel = re.search(r"^\s*(?:return )?(tc_\w+)\(", body, re.M)
        kind, macs = describe(comment)
        bodies[name] = (kind, macs, kernel[1] if kernel else "",
                        *size_of(comment, macs))
    return bodies


def layer_at(lines, line, bodies):
    """The layer that the call in this line of the C is of."""
    first = line  # a statement may take several lines
    while (body := re.match(r"\s*(\w+)\(", lines[first])) is None or \
            body[1] not in bodies:
        first -= 1
    end = first
    while "/* onnx" not in lines[end] and not lines[end].startswith("int "):
        end -= 1
    names = re.findall(r'"([^"]*)"', " ".join(lines[end:first]))
    name = names[0] if names else body[1]
    return " + ".join(names) or name, *bodies[body[1]]


def parse(text, folder, prefix):
    """The layers in the order of their first run."""
    calls = re.findall(r"CALL (\w+) (\d+) (-?\d+)", text)
    # The return address without the bit for Thumb, in the call before it.
    places = [hex((int(place, 16) & ~1) - 2) for place, _, _ in calls]
    where = subprocess.run(
        [f"{prefix}-addr2line", "-e", folder / "out/image.elf", *places],
        capture_output=True, text=True, check=True).stdout.split("\n")
    source = (folder / "model.c").read_text()
    bodies, lines = bodies_of(source), source.split("\n")
    layers = {}
    for (_, _, insn), place in zip(calls, where):
        number = re.search(r"model\.c:(\d+)", place)
        if number is None:
            continue
        facts = layer_at(lines, int(number[1]) - 1, bodies)
        # Layers without a name share one.
        layer = layers.setdefault(facts, Layer(*facts))
        layer.instructions += int(insn)
    return list(layers.values())


def measure(run, board, prefix, folder, opt):
    """The layers of folder/model.c; `run` and `prefix` are those of emulate.py."""
    source = (folder / "layers.c")
    source.write_text((HERE / "layers.c").read_text())
    done = run(board, folder, opt, ("model.c", "layers_main.c", "layers.c"),
               FLAGS)
    if not done.same_bits:
        raise RuntimeError(done.text)
    return parse(done.text, folder, prefix)


def table(layers, total):
    """A line for each layer, and what the calls do not account for."""
    lines = ["| layer | kind | instructions | share | per MAC |",
             "|---|---|---|---|---|"]

    def row(name, kind, insn, macs):
        each = f"{insn / macs:.2f}" if macs else "-"
        lines.append(f"| {name} | {kind} | {insn:,} | "
                     f"{100 * insn / total:.1f} % | {each} |")

    for layer in layers:
        row(layer.name, layer.kind, layer.instructions, layer.macs)
    row("(the rest)", "", total - sum(l.instructions for l in layers), 0)
    return "\n".join(lines)


def by_kind(layers):
    """Instructions and multiply-accumulates of each kind of layer."""
    kinds = {}
    for layer in layers:
        insn, macs = kinds.get(layer.kind, (0, 0))
        kinds[layer.kind] = (insn + layer.instructions, macs + layer.macs)
    return kinds
