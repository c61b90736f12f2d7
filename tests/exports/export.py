#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models of tests/exports/models from networks.py.

    torch network => <network>_torchscript.onnx   torch.onnx.export(dynamo=False)
                     <network>_dynamo.onnx        torch.onnx.export(dynamo=True)
                     <either>_sim.onnx            the same, simplified by onnxsim

The variants that onnxruntime's optimizer writes are made when the tests run.
README.md names the versions of the packages that wrote the files in this folder.
"""

import argparse
import pathlib

import numpy as np
import onnx
import torch

import networks

SEED = 20
OPSETS = {"torchscript": 17, "dynamo": 20}


def settled(network):
    """`network` for inference, its batch norms with statistics of their own."""
    for module in network.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.5, 0.5)
    return network.eval()


def export(make, exporter, path):
    torch.manual_seed(SEED)
    # The fused operator of inference has no ONNX form.
    torch.backends.mha.set_fastpath_enabled(False)
    network, inputs = make()
    with torch.no_grad():
        torch.onnx.export(settled(network), tuple(inputs), str(path),
                          opset_version=OPSETS[exporter],
                          dynamo=exporter == "dynamo",
                          **({"external_data": False}
                             if exporter == "dynamo" else {}))


def simplify(path):
    import onnxsim
    model, sound = onnxsim.simplify(onnx.load(path))
    assert sound, path
    onnx.save(model, path.with_name(path.stem + "_sim.onnx"))


def strip(path):
    """Drops what only a person debugging the exporter reads."""
    model = onnx.load(path)
    del model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for function in model.functions:
        for node in function.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input,
                  *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    onnx.save(model, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent / "models")
    parser.add_argument("--only", help="a part of the names to write")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    for make in networks.ALL:
        for exporter in OPSETS:
            path = options.out / f"{make.__name__}_{exporter}.onnx"
            if options.only and options.only not in path.stem:
                continue
            export(make, exporter, path)
            strip(path)
            simplify(path)
            print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
