# SPDX-License-Identifier: Apache-2.0
"""What models cost on microcontrollers, counted by an emulator.

Compiles each model for the cores of the boards of tests/emulator, builds the C
with GCC, checks that it gives the bits of the reference (floats: nearly), and
prints Markdown tables:

  instructions  of one inference, by QEMU: exact, and no cycles
  code          bytes of the functions of model.c
  constants     bytes of its weights, tables and descriptions
  arena, stack  bytes of RAM; the caller's inputs and outputs come on top
  M4 cycles     estimated by cycles.py, for memory without wait states
  peer          instructions of TensorFlow Lite Micro with CMSIS-NN, or of a float
                model those of the better one of emx-onnx-cgen and onnx2c, as
                recorded in peers.json, which says of what version and when

Without --models these are int8 and float models.  kws_int16x8, ic_w4a8 and the
like are quantized by tinyc from the float models, and kept in build/quantized
until tinyc is built again.

--layers adds the instructions of each layer and of each kind of layer.

    bench_mcu.py [--models=kws_int8,ic_w4a8,...] [--boards=m4,m55] [--opt=-O3]
                 [--options="--ram=min"] [--layers] [--write] [--record]

--write puts the tables between the markers of docs/performance.md, --record the
counts into tests/emulator/instructions.json, which a test compares.
"""
import argparse
import collections
import dataclasses
import datetime
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import numpy as np

import cycles
import layers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path += [str(ROOT / "benchmarks"), str(ROOT / "tests/emulator")]
import emulate  # noqa: E402
import page  # noqa: E402

BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
RECORD = ROOT / "tests/emulator/instructions.json"
PEERS = json.loads(
    (pathlib.Path(__file__).resolve().parent / "peers.json").read_text())
MODELS = [ROOT / "examples/mnist/mnist_int8.onnx"] + [
    emulate.SHARED / "models" / f"{name}_int8.onnx"
    for name in ("kws", "vww", "ic", "ad", "sww", "mcunet_vww",
                 "person_detect")]
# Float models, for the boards with a float unit.
FLOAT_MODELS = [emulate.SHARED / "models" / f"{name}_fp32.onnx"
                for name in ("kws", "vww", "ic", "ad", "sww")]
FLOAT_BOARDS = ["m4", "m7", "m33", "m55"]
# Made of the float models by tinyc itself, and measured where they are asked
# for: <name of the float model>_<format>.
FORMATS = ("int16x8", "w4a8")
# Of their outputs: sums are rounded in another order than the reference's.
FLOAT_TOLERANCE = 1e-5
# Models that are also compiled with options, and the boards that tell.
VARIANTS = {"ic_int8": (("--flash=1M", "--ram=48K"), ("m4", "m7", "m33"))}


@dataclasses.dataclass
class Cost:
    """Of one inference, in instructions and bytes."""
    model: str
    board: str
    macs: int  # the model's, also those that a slimmed model leaves out
    instructions: int
    code: int
    constants: int
    arena: int
    stack: int
    cycles: int | None = None  # where there is an estimate
    layers: list = dataclasses.field(default_factory=list)


def sizes(board, folder):
    """Bytes of the code and of the constants of model.c."""
    text = subprocess.run(
        [f"{emulate.prefix_of(board)}-size", "-A", folder / "out/0-model.o"],
        capture_output=True, text=True, check=True).stdout

    def total(section):
        found = re.findall(rf"^\.{section}\S*\s+(\d+)", text, re.M)
        return sum(map(int, found))

    return total("text"), total("rodata")


def macs_of(model):
    """The multiply-accumulates of the model as it was handed over."""
    with tempfile.TemporaryDirectory() as temporary:
        report = pathlib.Path(temporary, "report.json")
        subprocess.run([BIN / "tinyc", model, "--no-slim", "-o",
                        pathlib.Path(temporary, "model.c"),
                        f"--report={report}"], check=True,
                       stderr=subprocess.DEVNULL)
        return json.loads(report.read_text())["macs"]


def reference(model, folder):
    """A sample, and the reference's outputs for it."""
    inputs = emulate.samples_beside(float_model_of(model) or model, 1)
    np.savez(folder / "in.npz", x=inputs)
    subprocess.run([BIN / "tinyc-run", model, folder / "in.npz", "-o",
                    folder / "out.npz", "--engine=reference"], check=True)
    out = np.load(folder / "out.npz")
    return inputs, [out[name] for name in out.files]


def measure(model, boards, opt, options=(), with_layers=False,
            with_cycles=False):
    """The costs of the model, a Cost for each board."""
    macs = macs_of(model)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        inputs, outputs = reference(model, folder)
        emulate.write_main(
            folder, inputs, outputs,
            FLOAT_TOLERANCE if model in FLOAT_MODELS else None)
        layers.write_main(folder, inputs[0], outputs)
        for board in boards:
            subprocess.run(
                [BIN / "tinyc", model, *options,
                 f"--target={emulate.TARGETS[board]}", "-o",
                 folder / "model.c", f"--report={folder / 'report.json'}"],
                check=True, stderr=subprocess.DEVNULL)
            run = emulate.run(board, folder, opt)
            if not run.same_bits:
                sys.exit(f"{model.stem} on {board}: {run.text}")
            report = json.loads((folder / "report.json").read_text())
            cost = Cost(" ".join([model.stem, *options]), board, macs,
                        run.instructions, *sizes(board, folder),
                        report["arena_bytes"], run.stack)
            if board == "m4" and with_cycles:
                cost.cycles = cycles.measure(emulate.run, folder, opt)
            if with_layers:
                cost.layers = layers.measure(
                    emulate.run, board, emulate.prefix_of(board), folder, opt)
            yield cost


def peers(cost, key):
    return [entry for entry in PEERS[key]
            if (entry["model"], entry["board"]) == (cost.model.split()[0],
                                                    cost.board)]


def best_peer(cost):
    return min(peers(cost, "tflm") + peers(cost, "float"), default=None,
               key=lambda entry: entry["instructions"])


def cost_table(costs):
    lines = ["| model | board | instructions | per MAC | M4 cycles | code "
             "| constants | arena | stack | peer | peer / tinyc |",
             "|---" * 11 + "|"]
    for c in costs:
        best = best_peer(c)
        cells = [c.model, c.board, f"{c.instructions:,}",
                 f"{c.instructions / c.macs:.2f}",
                 f"{c.cycles:,}" if c.cycles else "-", f"{c.code:,}",
                 f"{c.constants:,}", f"{c.arena:,}", f"{c.stack:,}",
                 f"{best['instructions']:,}" if best else "-",
                 f"{best['instructions'] / c.instructions:.2f}" if best
                 else "-"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def cycle_table(costs):
    """Estimates beside what was measured with X-CUBE-AI; "" without any."""
    published = PEERS["x_cube_ai"]["cycles"]
    lines = [
        f"| {c.model} | {c.cycles:,} | {published[c.model.split()[0]]:,} | "
        f"{published[c.model.split()[0]] / c.cycles:.2f} |"
        for c in costs if c.cycles and c.model.split()[0] in published]
    if not lines:
        return ""
    return "\n".join([
        "\n| model | M4 cycles, estimated | X-CUBE-AI "
        f"{PEERS['x_cube_ai']['version']}, measured | ratio |",
        "|---" * 4 + "|", *lines]) + "\n"


def kind_table(costs):
    """Of each board: every kind of layer of all the models together."""
    ours = collections.defaultdict(lambda: [0, 0])
    theirs = collections.defaultdict(lambda: [0, 0])
    for cost in costs:
        for kind, numbers in layers.by_kind(cost.layers).items():
            ours[cost.board, kind] = list(
                map(sum, zip(ours[cost.board, kind], numbers)))
        for entry in peers(cost, "tflm_kinds"):
            for kind, numbers in entry["kinds"].items():
                theirs[cost.board, kind] = list(
                    map(sum, zip(theirs[cost.board, kind], numbers)))
    lines = ["| board | kind of layer | MACs | instructions | per MAC "
             "| TFLM per MAC |", "|---" * 6 + "|"]
    for (board, kind), (insn, macs) in sorted(
            ours.items(), key=lambda item: (item[0][0], -item[1][0])):
        other = theirs[board, kind]
        cells = [board, kind, f"{macs:,}" if macs else "-", f"{insn:,}",
                 f"{insn / macs:.2f}" if macs else "-",
                 f"{other[0] / other[1]:.2f}" if other[1] else "-"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def float_model_of(model):
    """What tinyc quantizes to `model`; None for a model that is there."""
    return next((m for m in FLOAT_MODELS for form in FORMATS
                 if model == quantized(m, form)), None)


def quantized(model, form):
    """Where the float model is kept in the format."""
    name = f"{model.stem.removesuffix('_fp32')}_{form}.onnx"
    return BIN.parent / "quantized" / name


def quantize(model, path):
    """Makes `path` of the float model, if there is none of this tinyc."""
    if path.exists() and path.stat().st_mtime > (BIN / "tinyc").stat().st_mtime:
        return
    path.parent.mkdir(exist_ok=True)
    samples = emulate.SHARED / "data/io" / f"{model.stem}.npz"
    form = path.stem.rpartition("_")[2]
    subprocess.run([BIN / "tinyc", model, f"--quantize={form}",
                    f"--calibration={samples}", "--emit=onnx", "-o", path],
                   check=True, stderr=subprocess.DEVNULL)


def models_named(names):
    """The models in a list like "kws_int8,ic_int8"; for None all but those that
    are quantized here."""
    known = MODELS + FLOAT_MODELS
    if names is None:
        return known
    known = known + [quantized(m, f) for m in FLOAT_MODELS for f in FORMATS]
    wanted = names.split(",")
    models = [m for m in known if m.stem in wanted]
    if len(models) != len(wanted):
        sys.exit(f"models: {', '.join(m.stem for m in known)}")
    return models


def boards_for(model, boards):
    """Those of `boards` that the model is measured on."""
    return [b for b in boards
            if model not in FLOAT_MODELS or b in FLOAT_BOARDS]


def compiler():
    return subprocess.run(
        ["arm-none-eabi-gcc", "-dumpfullversion"], capture_output=True,
        text=True, check=True).stdout.strip()


def record(costs, opt):
    """Puts the counts into the record, beside those of other models."""
    old = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    counts = old.get("counts", {})
    for c in costs:
        counts.setdefault(c.model, {})[c.board] = c.instructions
    RECORD.write_text(json.dumps(
        {"compiler": compiler(), "opt": opt, "counts": counts}, indent=2,
        sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default=None)
    parser.add_argument("--boards", default=",".join(emulate.TARGETS))
    parser.add_argument("--opt", default="-O3")
    parser.add_argument("--options", default="", help="for tinyc")
    parser.add_argument("--layers", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    usable = []
    for board in args.boards.split(","):
        if lacking := emulate.missing(board):
            print(f"skipped: {board}, {', '.join(lacking)} not installed",
                  file=sys.stderr)
        else:
            usable.append(board)
    costs = []
    for model in models_named(args.models):
        original = float_model_of(model)
        if original is not None and original.exists():
            quantize(original, model)
        if not model.exists():
            print(f"skipped: {model.name} is not there", file=sys.stderr)
            continue
        boards = boards_for(model, usable)
        runs = [measure(model, boards, args.opt, shlex.split(args.options),
                        args.layers, with_cycles=True)]
        if not args.options and model.stem in VARIANTS:
            variants, telling = VARIANTS[model.stem]
            runs += [measure(model, [b for b in boards if b in telling],
                             args.opt, [option], with_cycles=True)
                     for option in variants]
        for cost in itertools.chain(*runs):
            costs.append(cost)
            print(f"{cost.model} {cost.board}: {cost.instructions:,}",
                  file=sys.stderr)
            if cost.layers:
                print(f"{cost.model} on {cost.board}:\n\n"
                      f"{layers.table(cost.layers, cost.instructions)}\n")
    text = (f"{datetime.date.today()}, gcc {compiler()} `{args.opt}`; peers: "
            f"{PEERS['date']}, gcc {PEERS['compiler']}, the better of `-O2` and "
            f"`-O3`.\n\n{cost_table(costs)}\n")
    text += cycle_table(costs)
    if args.layers:
        text += "\n" + kind_table(costs) + "\n"
    print(text)
    if args.write:
        page.write("bench_mcu", text)
    if args.record:
        record(costs, args.opt)


if __name__ == "__main__":
    main()
