# SPDX-License-Identifier: Apache-2.0
"""Masks of zeros, and few values, in the weights of quantized ONNX models.

The masks are random: they show what a form of storage costs, not what a
network can bear.
"""
import numpy as np
import onnx
from onnx import numpy_helper

# 0.8: that share of zeros, anywhere; "2:4": two of every four weights are kept,
# four being neighbours along the input channels; "16 values": no zeros.
PATTERNS = (0.5, 0.7, 0.8, 0.9, "2:4", "1:4", "16 values")


def weight_bytes(model):
    """The bytes of all 8-bit weights of convolutions and dense layers."""
    graph = model.graph
    stored = {n.output[0]: n.input[0] for n in graph.node
              if n.op_type == "DequantizeLinear"}
    used = {stored.get(n.input[1]) for n in graph.node
            if n.op_type in ("Conv", "Gemm", "MatMul")}
    return sum(int(np.prod(i.dims)) for i in graph.initializer
               if i.name in used and i.data_type == onnx.TensorProto.INT8)


def weights_of(model):
    """The names of the 8-bit weights of layers that kernels read compressed,
    each with the axis of its input channels."""
    graph = model.graph
    constants = {i.name: i for i in graph.initializer}
    stored = {n.output[0]: n.input[0] for n in graph.node
              if n.op_type == "DequantizeLinear" and n.input[0] in constants}
    found = {}
    for node in graph.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul"):
            continue
        name = stored.get(node.input[1])
        if name is None or constants[name].data_type != onnx.TensorProto.INT8:
            continue
        groups = [a.i for a in node.attribute if a.name == "group"]
        if node.op_type == "Conv":
            if groups not in ([], [1]):
                continue
            found[name] = 1
        else:
            transposed = [a.i for a in node.attribute if a.name == "transB"]
            found[name] = 1 if transposed == [1] else 0
    return found


def masked(weights, axis, pattern, rng):
    """A copy of the int8 array with the pattern."""
    if pattern == "16 values":
        return (np.clip(weights, -120, 119) // 16 * 16 + 8).astype(np.int8)
    if isinstance(pattern, float):
        keep = rng.random(weights.shape) >= pattern
        return np.where(keep, weights, 0).astype(np.int8)
    kept, group = map(int, pattern.split(":"))
    last = np.moveaxis(weights, axis, -1)
    if last.shape[-1] % group != 0:
        return weights
    groups = last.reshape(-1, group).copy()
    order = rng.permuted(np.tile(np.arange(group), (len(groups), 1)), axis=1)
    groups[order >= kept] = 0
    return np.ascontiguousarray(np.moveaxis(groups.reshape(last.shape), -1, axis))


def mask_model(model, pattern, seed=1):
    """A copy of the model with the pattern in all weights of weights_of."""
    rng = np.random.default_rng(seed)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    axes = weights_of(copy)
    for constant in copy.graph.initializer:
        if constant.name in axes:
            array = numpy_helper.to_array(constant)
            constant.CopyFrom(numpy_helper.from_array(
                masked(array, axes[constant.name], pattern, rng),
                constant.name))
    return copy
