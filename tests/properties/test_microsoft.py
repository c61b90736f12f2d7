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


def embed_layer_norm(nodes):
  batch, words, hidden = nodes.int(1, 3), nodes.int(1, 5), nodes.int(2, 9)

  def ids(count):
    return nodes.ints(batch, words, low=0, high=count - 1, dtype=np.int32)

  def table(count):
    return Constant(nodes.reals(count, hidden))

  segments = nodes.chance(0.6)
  operands = [ids(7), ids(2) if segments else None, table(7),
              table(words + 2), table(2) if segments else None,
              Constant(nodes.reals(hidden)), Constant(nodes.reals(hidden))]
  if nodes.chance(0.5):
    operands.append(np.tile(np.arange(words, dtype=np.int32) < nodes.int(
        1, words), (batch, 1)).astype(np.int32))
  elif nodes.chance(0.5):
    operands += [None, ids(words)]
  nodes.add("EmbedLayerNormalization", operands,
            outputs=nodes.pick([True, True], [True, True, True]),
            tolerance=1e-4, domain=MICROSOFT, epsilon=0.01)


FAMILIES = [dynamic_quantize_matmul, qlinear_where, embed_layer_norm]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
