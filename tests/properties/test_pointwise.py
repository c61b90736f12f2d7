# SPDX-License-Identifier: Apache-2.0
"""Functions of one, two and three elements, against onnxruntime."""

import pathlib
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
from random_nodes import SEEDS, Constant, check, type_number  # noqa: E402

UNARY = ["Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil",
         "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "HardSigmoid",
         "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish", "Neg",
         "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin",
         "Sinh", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh"]
NUMBERS = [np.float32, np.float64, np.int32, np.int64]


def unary(nodes):
  x = nodes.reals(*nodes.shape(empty=0.05))
  if x.size > 3:
    x.flat[:3] = [np.nan, np.inf, -np.inf]
  op = nodes.pick(*UNARY)
  # Its value near a pole depends on the last bit of the operand.
  nodes.add(op, [x], tolerance=1e-3 if op == "Tan" else 2e-6)


def unary_parameters(nodes):
  x = nodes.reals(*nodes.shape())
  number = float(nodes.reals(low=0.1, high=2.0))
  op = nodes.pick("Elu", "LeakyRelu", "ThresholdedRelu", "Celu", "Shrink",
                  "HardSigmoid", "Gelu")
  attrs = {"Elu": {"alpha": number}, "LeakyRelu": {"alpha": number},
           "ThresholdedRelu": {"alpha": number}, "Celu": {"alpha": number},
           "Shrink": {"lambd": number, "bias": number / 3},
           "HardSigmoid": {"alpha": number, "beta": number / 3},
           "Gelu": {"approximate": nodes.pick("none", "tanh")}}[op]
  nodes.add(op, [x], tolerance=2e-6, **attrs)


def microsoft(nodes):
  x = nodes.reals(*nodes.shape(1))
  op = nodes.pick("Gelu", "FastGelu", "BiasGelu", "QuickGelu")
  bias = [nodes.reals(x.shape[-1])] if "Bias" in op else []
  alpha = nodes.pick(None, 0.7) if op == "QuickGelu" else None
  nodes.add(op, [x, *bias], tolerance=2e-6, domain="com.microsoft",
            alpha=alpha)


def integers(nodes):
  dtype = nodes.pick(np.int8, np.int32, np.int64, np.float64)
  x = nodes.array(dtype, *nodes.shape())
  nodes.add(nodes.pick("Abs", "Neg", "Sign"), [x])


def arithmetic(nodes):
  op = nodes.pick("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Mod")
  dtype = nodes.pick(*NUMBERS)
  shape = nodes.shape(empty=0.05)
  a, b = nodes.array(dtype, *shape), nodes.array(
      dtype, *nodes.broadcastable(shape))
  attrs = {}
  if op in ("Div", "Mod"):
    b = np.where(b == 0, 1, b).astype(dtype)
  if op == "Pow":
    a, b = np.abs(a) + dtype(1), np.clip(b, 0, 3).astype(dtype)
  if op == "Mod" and (np.dtype(dtype).kind == "f" or nodes.chance(0.3)):
    attrs["fmod"] = 1
  if nodes.chance(0.5) and op not in ("Pow", "Mod"):
    a, b = b, a
    if op == "Div":
      b = np.where(b == 0, 1, b).astype(dtype)
  nodes.add(op, [a, Constant(b) if nodes.chance(0.3) else b], **attrs)


def comparison(nodes):
  op = nodes.pick("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual")
  dtype = nodes.pick(*NUMBERS)
  shape = nodes.shape(empty=0.05)
  a = nodes.array(dtype, *shape, low=-2, high=2)
  b = nodes.array(dtype, *nodes.broadcastable(shape), low=-2, high=2)
  nodes.add(op, [b, a] if nodes.chance(0.5) else [a, b])


def logic(nodes):
  shape = nodes.shape(empty=0.05)
  a = nodes.array(bool, *shape)
  b = nodes.array(bool, *nodes.broadcastable(shape))
  if nodes.chance(0.2):
    nodes.add("Not", [a])
  else:
    nodes.add(nodes.pick("And", "Or", "Xor"), [a, b])


def bits(nodes):
  dtype = nodes.pick(np.uint8, np.uint32, np.uint64)
  shape = nodes.shape()
  a = nodes.array(dtype, *shape, high=200)
  b = nodes.array(dtype, *nodes.broadcastable(shape), high=7)
  op = nodes.pick("BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
                  "BitwiseNot")
  if op == "BitwiseNot":
    nodes.add(op, [a])
  elif op == "BitShift":
    nodes.add(op, [a, b], direction=nodes.pick("LEFT", "RIGHT"))
  else:
    nodes.add(op, [a, b])


def where(nodes):
  shape = nodes.shape(empty=0.05)
  dtype = nodes.pick(np.float32, np.int32, np.int64, np.uint8)
  nodes.add("Where", [nodes.array(bool, *nodes.broadcastable(shape)),
                      nodes.array(dtype, *shape),
                      nodes.array(dtype, *nodes.broadcastable(shape))])


def variadic(nodes):
  op = nodes.pick("Sum", "Mean", "Min", "Max")
  shape = nodes.shape()
  nodes.add(op, [nodes.reals(*shape)] +
            [nodes.reals(*nodes.broadcastable(shape))
             for _ in range(nodes.int(0, 3))])


def clip(nodes):
  dtype = nodes.pick(np.float32, np.float64, np.int8, np.int32, np.int64)
  bounds = [np.array(v, dtype) if nodes.chance(0.7) else None
            for v in (nodes.int(-4, 0), nodes.int(0, 4))]
  fixed = nodes.chance(0.7)
  bounds = [Constant(v) if fixed and v is not None else v for v in bounds]
  nodes.add("Clip", [nodes.array(dtype, *nodes.shape()), *bounds])


def prelu(nodes):
  shape = nodes.shape(1)
  nodes.add("PRelu", [nodes.reals(*shape),
                      Constant(nodes.reals(*nodes.broadcastable(shape)))])


def cast(nodes):
  types = [np.float32, np.float64, np.float16, np.int8, np.uint8, np.int16,
           np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_]
  x = nodes.array(nodes.pick(*types), *nodes.shape(), low=0, high=100)
  if x.dtype.kind == "f":
    x = np.abs(x)  # a negative float as an unsigned integer is undefined
  to = np.dtype(nodes.pick(*types))
  nodes.add("Cast", [x], to=type_number(to))


FAMILIES = [unary, unary_parameters, microsoft, integers, arithmetic,
            comparison, logic, bits, where, variadic, clip, prelu, cast]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__)
def test_family(family, seed, tmp_path):
  check(seed, family, tmp_path)
