# SPDX-License-Identifier: Apache-2.0
"""What onnxruntime's optimizer and quantizer write, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check  # noqa: E402

MICROSOFT = "com.microsoft"


def dynamic_quantize_matmul(nodes):
  m, k, n = nodes.int(1, 4), nodes.int(1, 6), nodes.int(1, 5)
  dtype = nodes.pick(np.int8, np.uint8)
  batch = [nodes.int(1, 2)] if nodes.chance(0.3) else []
  # Of one sign now and then, or zeros.
  a = nodes.reals(*batch, m, k, low=nodes.pick(-2, 0, 1), high=3)
  if nodes.chance(0.1):
    a[:] = 0
  b = nodes.ints(k, n, low=0, high=100, dtype=dtype)
  per = [n] if nodes.chance(0.5) else []
  zero = None
  if nodes.chance(0.5):
    zero = Constant(nodes.ints(*per, low=0, high=50, dtype=dtype))
  bias = nodes.reals(n) if nodes.chance(0.5) else None
  nodes.add("DynamicQuantizeMatMul",
            [a, Constant(b), Constant(nodes.reals(*per, low=0.01, high=0.1)),
             zero, bias], domain=MICROSOFT)


def qlinear_where(nodes):
  dtype = nodes.pick(np.int8, np.uint8)
  shape = nodes.shape(1, 4)

  def quantized(*dims):
    return [nodes.ints(*dims, low=0, high=100, dtype=dtype), *parameters()]

  def parameters():
    return [Constant(nodes.reals(low=0.01, high=0.1)),
            Constant(nodes.ints(low=0, high=9, dtype=dtype))]

  nodes.add("QLinearWhere",
            [nodes.array(np.bool_, *nodes.broadcastable(shape)),
             *quantized(*shape), *quantized(*nodes.broadcastable(shape)),
             *parameters()], domain=MICROSOFT)


FAMILIES = [dynamic_quantize_matmul, qlinear_where]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
