# SPDX-License-Identifier: Apache-2.0
"""What kernels take, from what layers of models take in the emulator.

Every layer of the models of bench_mcu.py is counted on every board; for each
kernel and target

    instructions = per_mac * multiply-accumulates + per_element * elements +
                   per_pixel * pixels

is fitted to its layers, with the least relative error, which weighs more where a
layer takes long.  Elements and pixels are those of the result, or of a kernel without
products those of the operand where it has more; a pixel is what all but the last
dimension count.
Where cycles are estimated (cycles.py), those of an instruction are averaged over
the models of integers and over those of floats.

    fit_costs.py [--models=kws_int8,...] [--boards=m4,m55] [--write]

prints the rows and how far they are off; --write puts them into
compiler/targets/costs.def, from which reports are made.
"""
import argparse
import collections
import sys

import numpy as np

import bench_mcu
import emulate

COSTS = bench_mcu.ROOT / "compiler/targets/costs.def"
HEADER = """\
// SPDX-License-Identifier: Apache-2.0
// Instructions of kernels by target: for each multiply-accumulate, and for each
// element and each pixel of the result (of kernels without products: or of the
// operand, where that has more).  Cycles of an instruction in kernels of
// integers and of floats, with memory without wait states.  Written by
// benchmarks/mcu/fit_costs.py.
"""


def is_counted(layer):
    """Not so chains of elementwise operators, whose kernels are the model's own."""
    return (layer.kernel and not layer.kernel.startswith("tc_map_") and
            layer.instructions > 0)


def fit(layers):
    """per_mac, per_element and per_pixel, none of them negative; those that do not
    tell anything are 0."""
    facts = np.array([(l.macs, l.elements, l.pixels) for l in layers], float)
    counts = np.array([l.instructions for l in layers], float)
    # What takes longer weighs more, though less than in proportion.
    weights = np.sqrt(counts / np.max(counts))
    relative = weights[:, None] * facts / counts[:, None]
    best = None
    for columns in ([0], [1], [0, 1], [0, 2], [1, 2], [0, 1, 2]):
        some = relative[:, columns]
        if not np.any(some):
            continue
        solved, *_ = np.linalg.lstsq(some, weights, rcond=None)
        if np.any(solved < 0):
            continue
        costs = np.zeros(3)
        costs[columns] = solved
        error = np.sum((relative @ costs - weights) ** 2)
        if best is None or error < best[0] - 1e-3:
            best = error, costs
    return best[1]


def cycles_per_instruction(costs, board, kind):
    """The mean over the models on the board whose name ends so."""
    ratios = [c.cycles / c.instructions for c in costs
              if c.board == board and c.cycles and c.model.endswith(kind)]
    return sum(ratios) / len(ratios) if ratios else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default=None)
    parser.add_argument("--boards", default=",".join(emulate.TARGETS))
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    models = bench_mcu.models_named(args.models)
    by_kernel = collections.defaultdict(list)
    costs_of_models = []
    for model in models:
        if not model.exists():
            sys.exit(f"{model.name} is not there")
        boards = bench_mcu.boards_for(model, args.boards.split(","))
        runs = [bench_mcu.measure(model, boards, "-O3", with_layers=True,
                                  with_cycles=True)]
        variants, telling = bench_mcu.VARIANTS.get(model.stem, ((), ()))
        runs += [bench_mcu.measure(model, [b for b in boards if b in telling],
                                   "-O3", [option], with_layers=True)
                 for option in variants]
        for run in runs:
            for cost in run:
                costs_of_models.append(cost)
                for layer in cost.layers:
                    if is_counted(layer):
                        key = emulate.TARGETS[cost.board], layer.kernel
                        by_kernel[key].append(layer)
    fitted = {key: fit(layers) for key, layers in sorted(by_kernel.items())}
    rows = "".join(
        f'TC_COST("{target}", {kernel}, {costs[0]:.3f}, {costs[1]:.2f}, '
        f'{costs[2]:.2f})\n'
        for (target, kernel), costs in fitted.items())
    for board in {c.board for c in costs_of_models if c.cycles}:
        each = [cycles_per_instruction(costs_of_models, board, kind)
                for kind in ("_int8", "_fp32")]
        rows += f'TC_CYCLES("{emulate.TARGETS[board]}", {each[0]:.2f}, {each[1]:.2f})\n'
    print(rows)
    for cost in costs_of_models:
        estimate = sum(
            fitted[emulate.TARGETS[cost.board], l.kernel]
            @ (l.macs, l.elements, l.pixels) for l in cost.layers
            if is_counted(l))
        print(f"{cost.model} on {cost.board}: {cost.instructions:,} counted, "
              f"{estimate / cost.instructions - 1:+.1%}")
    if args.write:
        COSTS.write_text(HEADER + rows)


if __name__ == "__main__":
    main()
