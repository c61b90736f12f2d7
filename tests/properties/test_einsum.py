# SPDX-License-Identifier: Apache-2.0
"""Einsum: random equations, the kernels against numpy."""

import os
import pathlib
import random
import subprocess

import pytest

np = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINYC_RUN = (
    pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin")) /
    "tinyc-run")

TYPES = {
    TensorProto.FLOAT: np.float32,
    TensorProto.DOUBLE: np.float64,
    TensorProto.INT32: np.int32,
    TensorProto.INT64: np.int64,
    TensorProto.UINT8: np.uint8,
    TensorProto.INT16: np.int16,
}


def random_case(rng):
    """An equation, the shapes of its operands and its element type."""
    letters = rng.sample("abcdeXY", rng.randint(1, 5))
    size = {letter: rng.choice([1, 2, 3, 4]) for letter in letters}
    ellipsis = [rng.choice([1, 2, 3]) for _ in range(rng.randint(0, 2))]
    terms, shapes = [], []
    for _ in range(rng.choice([1, 1, 2, 2, 2, 3, 4])):
        term = [rng.choice(letters) for _ in range(rng.randint(0, 4))]
        shape = [size[letter] for letter in term]
        if ellipsis and rng.random() < 0.6:
            rank = rng.randint(0, len(ellipsis))
            at = rng.randint(0, len(term))
            part = [1 if rng.random() < 0.2 else n
                    for n in ellipsis[len(ellipsis) - rank:]]
            shape[at:at] = part
            term.insert(at, "...")
        terms.append("".join(term))
        shapes.append(shape)
    equation = ",".join(terms)
    if rng.random() < 0.7:
        used = sorted({c for c in equation if c.isalpha()})
        result = rng.sample(used, rng.randint(0, len(used)))
        if "..." in equation:
            result.insert(rng.randint(0, len(result)), "...")
        equation += rng.choice(["->", " -> "]) + "".join(result)
    return equation, shapes, rng.choice(list(TYPES))


def save_model(path, equation, dtype, arrays, constant, result_shape):
    values = list(enumerate(zip(arrays, constant)))
    graph = helper.make_graph(
        [helper.make_node("Einsum", [f"x{i}" for i, _ in values], ["y"],
                          equation=equation)], "g",
        [helper.make_tensor_value_info(f"x{i}", dtype, array.shape)
         for i, (array, fixed) in values if not fixed],
        [helper.make_tensor_value_info("y", dtype, result_shape)],
        [onnx.numpy_helper.from_array(array, f"x{i}")
         for i, (array, fixed) in values if fixed])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=10),
        path)


@pytest.mark.parametrize("seed", range(100))
def test_random_equation(seed, tmp_path):
    rng = random.Random(seed)
    equation, shapes, dtype = random_case(rng)
    print(equation, shapes, np.dtype(TYPES[dtype]))
    arrays = [np.array(rng.choices(range(-4, 5), k=int(np.prod(shape))))
              .reshape(shape).astype(TYPES[dtype]) for shape in shapes]
    expected = np.einsum(equation, *arrays)
    constant = [i > 0 and rng.random() < 0.2 for i in range(len(arrays))]
    save_model(tmp_path / "model.onnx", equation, dtype, arrays, constant,
               expected.shape)
    np.savez(tmp_path / "in.npz",
             **{f"x{i}": array[None] for i, array in enumerate(arrays)
                if not constant[i]})
    subprocess.run(
        [TINYC_RUN, tmp_path / "model.onnx", tmp_path / "in.npz", "-o",
         tmp_path / "out.npz", "--engine=kernels"], check=True)
    actual = np.load(tmp_path / "out.npz")["y"][0]
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)
