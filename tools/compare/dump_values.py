#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes every value that onnxruntime computes in a model, by its ONNX name.

  dump_values.py model.onnx inputs.npz values.npz
  tinyc-run model.onnx --compare-layers=values.npz

`inputs.npz` has, for each input of the model, samples along a leading axis
under the input's name; for one input the only array, or the one named x, does.
Arrays of `values.npz` have the samples along a leading axis as well.

Graph optimizations are off: every QuantizeLinear and DequantizeLinear runs as
the file says, and none is merged with the operator beside it.
"""

import argparse
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime


def computed_values(model):
  """Names of the values that depend on an input, in order."""
  constants = {tensor.name for tensor in model.graph.initializer}
  names = []
  for node in model.graph.node:
    outputs = [name for name in node.output if name]
    if all(name in constants or not name for name in node.input):
      constants.update(outputs)
    else:
      names += outputs
  return names


def open_session(model, names):
  """A session of `model` with the values `names` as its outputs."""
  del model.graph.output[:]
  model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
  options = onnxruntime.SessionOptions()
  options.graph_optimization_level = (
      onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
  options.log_severity_level = 3
  return onnxruntime.InferenceSession(model.SerializeToString(), options,
                                      providers=["CPUExecutionProvider"])


def input_samples(session, arrays):
  """The samples of each input, by its name."""
  inputs = session.get_inputs()
  if len(inputs) > 1:
    return {i.name: arrays[i.name] for i in inputs}
  names = [inputs[0].name, "x"] + list(arrays)[:len(arrays) == 1]
  name = next((name for name in names if name in arrays), None)
  if name is None:
    sys.exit(f"error: no array \"{inputs[0].name}\" or \"x\"")
  return {inputs[0].name: arrays[name]}


def write_arrays(path, arrays):
  """As np.savez_compressed, for any names: those take no array "file"."""
  with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED,
                       compresslevel=1) as archive:
    for name, array in arrays.items():
      with archive.open(name + ".npy", "w", force_zip64=True) as member:
        np.lib.format.write_array(member, np.ascontiguousarray(array))


def main():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
  parser.add_argument("model", help="the ONNX file")
  parser.add_argument("inputs", help=".npz file with samples of the inputs")
  parser.add_argument("values", help=".npz file to write")
  arguments = parser.parse_args()

  model = onnx.load(arguments.model)
  names = computed_values(model)
  session = open_session(model, names)
  with np.load(arguments.inputs) as arrays:
    samples = input_samples(session, dict(arrays))
  count = min(len(array) for array in samples.values())
  values = {name: [] for name in names}
  for n in range(count):
    feed = {name: array[n] for name, array in samples.items()}
    for name, value in zip(names, session.run(names, feed)):
      values[name].append(value)
  write_arrays(arguments.values,
               samples | {name: np.stack(v) for name, v in values.items()})


if __name__ == "__main__":
  main()
