# SPDX-License-Identifier: Apache-2.0
"""Convolution, pooling, resizing and matrix products, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check  # noqa: E402


def window(nodes, rank, sizes):
  """Attributes of a window that fits into `sizes` after padding."""
  kernel = [nodes.int(1, 3) for _ in range(rank)]
  attrs = {"kernel_shape": kernel}
  if nodes.chance(0.7):
    attrs["strides"] = [nodes.int(1, 3) for _ in range(rank)]
  dilations = [1] * rank
  if nodes.chance(0.3):
    dilations = attrs["dilations"] = [nodes.int(1, 2) for _ in range(rank)]
  pads = [min(nodes.int(0, 2), k - 1) for k in kernel * 2]
  if nodes.chance(0.2) and max(dilations) == 1:
    attrs["auto_pad"] = nodes.pick("SAME_UPPER", "SAME_LOWER", "VALID")
    pads = [0] * 2 * rank
  else:
    attrs["pads"] = pads
  for d in range(rank):
    reach = (kernel[d] - 1) * dilations[d] + 1
    sizes[d] = max(sizes[d], reach)
  return attrs


def image(nodes, rank, channels):
  return [nodes.int(1, 2), channels, *[nodes.int(1, 9) for _ in range(rank)]]


def conv(nodes):
  rank = nodes.pick(1, 2, 2, 2, 3)
  group = nodes.int(1, 3)
  inputs, outputs = nodes.int(1, 3), nodes.int(1, 5)
  shape = image(nodes, rank, group * inputs)
  sizes = shape[2:]
  attrs = window(nodes, rank, sizes)
  x = nodes.reals(*shape[:2], *sizes)
  w = nodes.reals(group * outputs, inputs, *attrs["kernel_shape"])
  bias = Constant(nodes.reals(group * outputs)) if nodes.chance(0.6) else None
  nodes.add("Conv", [x, w if nodes.chance(0.15) else Constant(w), bias],
            group=group, **attrs)


def depthwise(nodes):
  channels = nodes.int(1, 9)
  shape = image(nodes, 2, channels)
  sizes = shape[2:]
  attrs = window(nodes, 2, sizes)
  x = nodes.reals(*shape[:2], *sizes)
  w = nodes.reals(channels, 1, *attrs["kernel_shape"])
  nodes.add("Conv", [x, Constant(w)], group=channels, **attrs)


def conv_transpose(nodes):
  rank = nodes.pick(1, 2, 2, 3)
  group = nodes.int(1, 2)
  inputs, outputs = nodes.int(1, 3), nodes.int(1, 4)
  x = nodes.reals(*image(nodes, rank, group * inputs))
  kernel = [nodes.int(1, 4) for _ in range(rank)]
  strides = [nodes.int(1, 3) for _ in range(rank)]
  attrs = {"strides": strides, "kernel_shape": kernel}
  if nodes.chance(0.5):
    attrs["pads"] = [nodes.int(0, (k - 1) // 2) for k in kernel * 2]
  if nodes.chance(0.4):
    attrs["output_padding"] = [nodes.int(0, s - 1) for s in strides]
  w = nodes.reals(group * inputs, outputs, *kernel)
  bias = Constant(nodes.reals(group * outputs)) if nodes.chance(0.6) else None
  nodes.add("ConvTranspose", [x, Constant(w), bias], group=group, **attrs)


def pool(nodes):
  rank = nodes.pick(1, 2, 2, 3)
  shape = image(nodes, rank, nodes.int(1, 4))
  sizes = shape[2:]
  attrs = window(nodes, rank, sizes)
  attrs["ceil_mode"] = nodes.int(0, 1) if "pads" in attrs else 0
  op = nodes.pick("MaxPool", "AveragePool", "LpPool")
  if op == "AveragePool":
    attrs["count_include_pad"] = nodes.int(0, 1)
  if op == "LpPool":
    attrs["p"] = nodes.int(1, 3)
    attrs["ceil_mode"] = 0
  if attrs["ceil_mode"]:
    attrs.pop("dilations", None)
  nodes.add(op, [nodes.reals(*shape[:2], *sizes)], **attrs)


def global_pool(nodes):
  x = nodes.reals(*image(nodes, nodes.int(1, 3), nodes.int(1, 4)))
  nodes.add(nodes.pick("GlobalAveragePool", "GlobalMaxPool"), [x])


def resize(nodes):
  x = nodes.reals(*image(nodes, 2, nodes.int(1, 3)))
  mode = nodes.pick("nearest", "linear", "cubic")
  coordinates = nodes.pick("half_pixel", "asymmetric", "align_corners",
                           "pytorch_half_pixel")
  attrs = {"mode": mode, "coordinate_transformation_mode": coordinates}
  if mode == "nearest":
    attrs["nearest_mode"] = nodes.pick("floor", "ceil", "round_prefer_floor",
                                       "round_prefer_ceil")
  if mode == "cubic":
    attrs["cubic_coeff_a"] = nodes.pick(-0.75, -0.5)
  # With scales, onnxruntime aligns corners as if the size were not rounded.
  if nodes.chance(0.5) or coordinates == "align_corners":
    sizes = [*x.shape[:2], nodes.int(1, 12), nodes.int(1, 12)]
    operands = [x, None, None, Constant(np.array(sizes, np.int64))]
  else:
    scales = [1, 1, nodes.pick(1, 1.5, 2, 3), nodes.pick(1, 0.5, 2, 4)]
    if int(x.shape[3] * scales[3]) == 0:
      scales[3] = 1
    operands = [x, None, Constant(np.array(scales, np.float32))]
  nodes.add("Resize", operands, tolerance=1e-4, **attrs)


def grid_sample(nodes):
  x = nodes.reals(1, nodes.int(1, 3), nodes.int(2, 6), nodes.int(2, 6))
  grid = nodes.reals(1, nodes.int(1, 4), nodes.int(1, 4), 2, low=-1.4,
                     high=1.4)
  mode = nodes.pick("linear", "nearest", "cubic")
  # ONNX's definition moves the point to the border; onnxruntime moves each of
  # the elements around it.
  paddings = ["zeros", "reflection"] + (["border"] if mode != "cubic" else [])
  nodes.add("GridSample", [x, grid], tolerance=1e-4, mode=mode,
            padding_mode=nodes.pick(*paddings),
            align_corners=nodes.int(0, 1))


def matmul(nodes):
  m, k, n = nodes.int(1, 9), nodes.int(1, 9), nodes.int(1, 9)
  batch = nodes.shape(0, 2, 3)
  dtype = nodes.pick(np.float32, np.float32, np.float64, np.int32)
  a = nodes.array(dtype, *nodes.broadcastable(batch), m, k)
  b = nodes.array(dtype, *batch, k, n)
  if nodes.chance(0.15):
    a = nodes.array(dtype, k)
  elif nodes.chance(0.15):
    b = nodes.array(dtype, k)
  nodes.add("MatMul", [a, Constant(b) if nodes.chance(0.4) else b])


def gemm(nodes):
  m, k, n = nodes.int(1, 9), nodes.int(1, 9), nodes.int(1, 9)
  flip_a, flip_b = nodes.int(0, 1), nodes.int(0, 1)
  a = nodes.reals(*((k, m) if flip_a else (m, k)))
  b = nodes.reals(*((n, k) if flip_b else (k, n)))
  c = nodes.reals(*nodes.broadcastable([m, n]))
  nodes.add("Gemm", [a, Constant(b) if nodes.chance(0.6) else b,
                     c if nodes.chance(0.7) else None], transA=flip_a,
            transB=flip_b, alpha=nodes.pick(None, 0.5),
            beta=nodes.pick(None, 1.5))


FAMILIES = [conv, depthwise, conv_transpose, pool, global_pool, resize,
            grid_sample, matmul, gemm]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
