# SPDX-License-Identifier: Apache-2.0
"""Operators that move, select and index elements, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check  # noqa: E402

TYPES = [np.float32, np.float64, np.int8, np.uint8, np.int32, np.int64,
         np.bool_]


def any_array(nodes, *shape):
  return nodes.array(nodes.pick(*TYPES), *shape)


def transpose(nodes):
  x = any_array(nodes, *nodes.shape(1, 5, 4, empty=0.05))
  nodes.add("Transpose", [x], perm=[int(v) for v in
                                    nodes.rng.permutation(x.ndim)])


def concat(nodes):
  shape = nodes.shape(1)
  axis = nodes.int(0, len(shape) - 1)
  dtype = nodes.pick(*TYPES)
  parts = []
  for _ in range(nodes.int(1, 4)):
    shape[axis] = nodes.int(0 if nodes.chance(0.1) else 1, 4)
    parts.append(nodes.array(dtype, *shape))
  nodes.add("Concat", parts, axis=axis)


def split(nodes):
  x = any_array(nodes, *nodes.shape(1, 4, 8))
  axis = nodes.axis(x)
  sizes = []
  while sum(sizes) < x.shape[axis]:
    sizes.append(nodes.int(1, x.shape[axis] - sum(sizes)))
  nodes.add("Split", [x, Constant(np.array(sizes, np.int64))],
            outputs=len(sizes), axis=axis)


def slice_(nodes):
  x = any_array(nodes, *nodes.shape(1, 4, 8))
  axes = [a for a in range(x.ndim) if nodes.chance(0.7)] or [0]
  steps = [nodes.pick(-3, -2, -1, 1, 1, 2, 3) for _ in axes]
  starts = [nodes.int(-9, 9) for _ in axes]
  ends = [nodes.int(-10, 10) for _ in axes]
  lists = [Constant(np.array(v, np.int64)) for v in (starts, ends, axes, steps)]
  nodes.add("Slice", [x, *lists])


def pad(nodes):
  mode = nodes.pick("constant", "edge", "reflect", "wrap")
  x = nodes.array(nodes.pick(np.float32, np.int32, np.int64, np.int8),
                  *nodes.shape(1, 4, 5))
  pads = []
  for n in x.shape * 2:
    most = n - 1 if mode == "reflect" else n if mode == "wrap" else 3
    pads.append(nodes.int(0, most))
  value = Constant(np.array(3, x.dtype)) if mode == "constant" else None
  nodes.add("Pad", [x, Constant(np.array(pads, np.int64)), value], mode=mode)


def tile_expand(nodes):
  x = any_array(nodes, *nodes.shape(1, 3, 4))
  if nodes.chance(0.5):
    repeats = np.array([nodes.int(1, 3) for _ in x.shape], np.int64)
    nodes.add("Tile", [x, Constant(repeats)])
  else:
    shape = [nodes.int(1, 4) for _ in x.shape]
    x = any_array(nodes, *[n if nodes.chance(0.5) else 1 for n in shape])
    nodes.add("Expand", [x, Constant(np.array(shape, np.int64))])


def indices(nodes, limit, *shape):
  dtype = nodes.pick(np.int32, np.int64)
  return nodes.ints(*shape, low=-limit, high=limit - 1, dtype=dtype)


def maybe_constant(nodes, x):
  return Constant(x) if nodes.chance(0.4) else x


def gather(nodes):
  x = any_array(nodes, *nodes.shape(1))
  axis = nodes.axis(x)
  nodes.add("Gather", [x, maybe_constant(
      nodes, indices(nodes, x.shape[axis], *nodes.shape(0, 2, 4)))], axis=axis)


def gather_elements(nodes):
  x = any_array(nodes, *nodes.shape(1))
  axis = nodes.axis(x)
  shape = [nodes.int(1, n) for n in x.shape]
  nodes.add("GatherElements", [x, maybe_constant(
      nodes, indices(nodes, x.shape[axis], *shape))], axis=axis)


def gather_nd(nodes):
  x = any_array(nodes, *nodes.shape(1))
  batch = nodes.int(0, x.ndim - 1)
  depth = nodes.int(1, x.ndim - batch)
  shape = list(x.shape[:batch]) + nodes.shape(1, 2, 3)
  index = np.stack([nodes.ints(*shape, low=0, high=x.shape[batch + d] - 1)
                    for d in range(depth)], axis=-1)
  nodes.add("GatherND", [x, maybe_constant(nodes, index)], batch_dims=batch)


def scatter_elements(nodes):
  x = nodes.array(nodes.pick(np.float32, np.int32, np.int64),
                  *nodes.shape(1))
  axis = nodes.axis(x)
  shape = [nodes.int(1, n) for n in x.shape]
  index = indices(nodes, x.shape[axis], *shape)
  updates = nodes.array(x.dtype, *shape)
  nodes.add("ScatterElements", [x, maybe_constant(nodes, index), updates],
            axis=axis, reduction=nodes.pick("add", "mul", "min", "max"))


def scatter_nd(nodes):
  x = nodes.array(nodes.pick(np.float32, np.int32, np.int64),
                  *nodes.shape(1))
  depth = nodes.int(1, x.ndim)
  count = nodes.int(1, 4)
  index = np.stack([nodes.ints(count, low=0, high=x.shape[d] - 1)
                    for d in range(depth)], axis=-1)
  updates = nodes.array(x.dtype, count, *x.shape[depth:])
  nodes.add("ScatterND", [x, maybe_constant(nodes, index), updates],
            reduction=nodes.pick("add", "mul", "min", "max"))


def one_hot(nodes):
  depth = nodes.int(1, 6)
  index = nodes.ints(*nodes.shape(1, 3, 4), low=-depth, high=depth - 1)
  nodes.add("OneHot", [index, Constant(np.array(depth, np.int64)),
                       Constant(np.array([-1.5, 2.5], np.float32))],
            axis=nodes.int(-1, index.ndim))


def trilu(nodes):
  x = any_array(nodes, *nodes.shape(2, 4))
  if x.dtype.kind in "iu" and x.dtype.itemsize < 4:
    x = x.astype(np.int64)
  k = Constant(np.array(nodes.int(-4, 4))) if nodes.chance(0.7) else None
  nodes.add("Trilu", [x.astype(np.float32) if x.dtype != np.int64 else x, k],
            upper=nodes.int(0, 1))


def depth_space(nodes):
  block = nodes.int(1, 3)
  n, c, h, w = nodes.shape(4, 4, 3)
  if nodes.chance(0.5):
    nodes.add("DepthToSpace", [nodes.reals(n, c * block * block, h, w)],
              blocksize=block, mode=nodes.pick("DCR", "CRD"))
  else:
    nodes.add("SpaceToDepth", [nodes.reals(n, c, h * block, w * block)],
              blocksize=block)


def reverse_sequence(nodes):
  time, batch = nodes.int(1, 5), nodes.int(1, 4)
  x = nodes.reals(time, batch, *nodes.shape(0, 2))
  nodes.add("ReverseSequence", [x, nodes.ints(batch, low=1, high=time)],
            time_axis=0, batch_axis=1)


FAMILIES = [transpose, concat, split, slice_, pad, tile_expand, gather,
            gather_elements, gather_nd, scatter_elements, scatter_nd, one_hot,
            trilu, depth_space, reverse_sequence]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
