# SPDX-License-Identifier: Apache-2.0
"""Reductions, softmax and normalizations, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check  # noqa: E402


def reduce(nodes):
  op = "Reduce" + nodes.pick("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2",
                             "LogSum", "LogSumExp", "SumSquare")
  dtype = nodes.pick(np.float32, np.float32, np.int32)
  x = nodes.array(dtype, *nodes.shape(1))
  if op in ("ReduceLogSum", "ReduceLogSumExp"):
    x = np.abs(nodes.reals(*x.shape)) + np.float32(0.1)
  axes = sorted({nodes.int(0, x.ndim - 1) for _ in range(nodes.int(0, x.ndim))})
  if x.dtype.kind == "i" and op in ("ReduceL2", "ReduceMean"):
    x = x.astype(np.float32)  # rounds in its own way
  if op == "ReduceProd":
    x = x.clip(-2, 2)
  operand = Constant(np.array(axes, np.int64)) if axes or nodes.chance(
      0.5) else None
  nodes.add(op, [x, operand], keepdims=nodes.int(0, 1),
            noop_with_empty_axes=nodes.int(0, 1))


def arg(nodes):
  dtype = nodes.pick(np.float32, np.int32, np.int8, np.uint8)
  x = nodes.array(dtype, *nodes.shape(1), low=-2, high=2)
  if x.dtype.kind == "f":
    x = np.round(x)
  nodes.add(nodes.pick("ArgMax", "ArgMin"), [x], axis=nodes.axis(x),
            keepdims=nodes.int(0, 1), select_last_index=nodes.int(0, 1))


def softmax(nodes):
  x = nodes.reals(*nodes.shape(1), low=-20, high=20,
                  dtype=nodes.pick(np.float32, np.float64))
  nodes.add(nodes.pick("Softmax", "LogSoftmax"), [x], axis=nodes.axis(x))


def hardmax(nodes):
  x = nodes.reals(*nodes.shape(1))
  nodes.add("Hardmax", [x], axis=nodes.axis(x))


def cumulative(nodes):
  x = nodes.array(nodes.pick(np.float32, np.int32, np.int64),
                  *nodes.shape(1))
  nodes.add("CumSum", [x, Constant(np.array(nodes.axis(x)))],
            exclusive=nodes.int(0, 1), reverse=nodes.int(0, 1))


def top_k(nodes):
  x = nodes.array(nodes.pick(np.float32, np.int32, np.int64),
                  *nodes.shape(1), low=-99, high=99)
  axis = nodes.axis(x)
  k = nodes.int(1, x.shape[axis])
  nodes.add("TopK", [x, Constant(np.array([k], np.int64))], outputs=2,
            axis=axis, largest=nodes.int(0, 1), sorted=1)


def layer_norm(nodes):
  x = nodes.reals(*nodes.shape(1), low=-9, high=9)
  axis = nodes.axis(x)
  dims = x.shape[axis:]
  operands = [x, Constant(nodes.reals(*dims)),
              Constant(nodes.reals(*dims)) if nodes.chance(0.6) else None]
  # The variance of few numbers close together loses digits.
  nodes.add("LayerNormalization", operands, tolerance=1e-4, axis=axis,
            epsilon=0.01)


def instance_norm(nodes):
  x = nodes.reals(*nodes.shape(3, 4))
  channels = x.shape[1]
  nodes.add("InstanceNormalization",
            [x, Constant(nodes.reals(channels)),
             Constant(nodes.reals(channels))], tolerance=1e-4, epsilon=0.01)


def group_norm(nodes):
  groups, each = nodes.int(1, 3), nodes.int(1, 3)
  channels = groups * each
  x = nodes.reals(nodes.int(1, 2), channels, *nodes.shape(1, 2))
  nodes.add("GroupNormalization",
            [x, Constant(nodes.reals(channels)),
             Constant(nodes.reals(channels))], tolerance=1e-4,
            num_groups=groups, epsilon=0.01)


def batch_norm(nodes):
  x = nodes.reals(*nodes.shape(2, 4))
  channels = x.shape[1]
  nodes.add("BatchNormalization",
            [x] + [Constant(nodes.reals(channels, low=0.2, high=2))
                   for _ in range(4)], epsilon=0.01)


def lp_norm(nodes):
  x = nodes.reals(*nodes.shape(1))
  nodes.add("LpNormalization", [x], axis=nodes.axis(x), p=nodes.int(1, 2))


def lrn(nodes):
  x = nodes.reals(*nodes.shape(4, 4))
  nodes.add("LRN", [x], size=nodes.pick(1, 3, 5), alpha=0.1, beta=0.7,
            bias=1.5)


FAMILIES = [reduce, arg, softmax, hardmax, cumulative, top_k, layer_norm,
            instance_norm, group_norm, batch_norm, lp_norm, lrn]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
