# SPDX-License-Identifier: Apache-2.0
"""Quantization and integer products, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check  # noqa: E402


def scale(nodes, *shape):
  return nodes.reals(*shape, low=0.01, high=0.1)


def zero(nodes, dtype, *shape):
  return nodes.ints(*shape, low=0 if np.dtype(dtype).kind == "u" else -9,
                    high=9, dtype=dtype)


def integers(nodes, dtype, *shape):
  info = np.iinfo(dtype)
  return nodes.ints(*shape, low=max(info.min, -128), high=min(info.max, 255),
                    dtype=dtype)


def quantize(nodes):
  dtype = nodes.pick(np.int8, np.uint8, np.int16, np.uint16)
  x = nodes.reals(*nodes.shape(1, 4), low=-6, high=6)
  per = (x.shape[-1],) if nodes.chance(0.5) else ()
  nodes.add("QuantizeLinear", [x, Constant(scale(nodes, *per)),
                               Constant(zero(nodes, dtype, *per))],
            axis=-1 if per else None)


def dequantize(nodes):
  dtype = nodes.pick(np.int8, np.uint8, np.int16, np.uint16, np.int32)
  x = integers(nodes, dtype, *nodes.shape(1, 4))
  per = (x.shape[0],) if nodes.chance(0.5) else ()
  point = Constant(zero(nodes, dtype, *per)) if dtype != np.int32 else None
  nodes.add("DequantizeLinear", [x, Constant(scale(nodes, *per)), point],
            axis=0 if per else None)


def dynamic_quantize(nodes):
  nodes.add("DynamicQuantizeLinear", [nodes.reals(*nodes.shape(1, 3))],
            outputs=3)


def conv_integer(nodes):
  c, o, k = nodes.int(1, 4), nodes.int(1, 4), nodes.int(1, 3)
  x = integers(nodes, np.uint8, 1, c, nodes.int(k, 7), nodes.int(k, 7))
  w = integers(nodes, np.uint8, o, c, k, k)
  nodes.add("ConvInteger", [x, Constant(w),
                            Constant(np.array(nodes.int(0, 200), np.uint8)),
                            Constant(np.array(nodes.int(0, 200), np.uint8))])


def matmul_integer(nodes):
  m, k, n = nodes.int(1, 6), nodes.int(1, 6), nodes.int(1, 6)
  a = integers(nodes, np.uint8, m, k)
  b = integers(nodes, nodes.pick(np.int8, np.uint8), k, n)
  nodes.add("MatMulInteger", [a, Constant(b) if nodes.chance(0.5) else b,
                              Constant(np.array(nodes.int(0, 99), np.uint8)),
                              Constant(zero(nodes, b.dtype))])


FAMILIES = [quantize, dequantize, dynamic_quantize, conv_integer,
            matmul_integer]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
