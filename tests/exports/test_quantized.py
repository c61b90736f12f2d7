# SPDX-License-Identifier: Apache-2.0
"""Quantized models as tools write them, against onnxruntime and the reference.

Each file of models/quantized is compiled; the emitted C is built with
sanitizers under strict warnings. It must

    equal the reference engine to the bit, unless an operator computes in floats,
    stay within a step of onnxruntime, which runs every pair in float,
    compute in floats just the operators that its row below names,
    and say so in its notes.

onnxruntime's optimizer is off: it would replace pairs by integer operators of
its own, which round elsewhere.
"""

import dataclasses
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "support"))
import emitted

onnx = pytest.importorskip("onnx", reason="skipped: no onnx")
ort = pytest.importorskip("onnxruntime", reason="skipped: no onnxruntime")

MODELS = sorted((pathlib.Path(__file__).parent / "models/quantized")
                .glob("*.onnx"))
SAMPLES = 8
RELATIVE = 1e-5  # of the largest result, where nothing is rounded to steps
# They follow the operators beside them and are not named in notes.
MOVES = {"clip", "max_pool"}
DTYPES = {"tensor(float)": np.float32, "tensor(int8)": np.int8,
          "tensor(uint8)": np.uint8}


@dataclasses.dataclass
class Row:
  # Operators that compute in floats; None: any, for the reason given.
  floats: frozenset | None = frozenset()
  # How far results may lie from onnxruntime's: in steps of the result, or for
  # results that are not quantized as a number.
  steps: float = 1
  tolerance: float | None = None
  # A part of the name of a kernel that must be there.
  uses: str | None = None


def floats(*names, **options):
  return Row(frozenset(names), **options)


# No layer is more than a step from onnxruntime's on the same operands (see
# docs/numbers.md): they differ in ties, which averages of 4 or 16 values often
# are. A row says where such a step inside is more than one of the result.
ROWS = {
    # Scales at run time: what is between them is float by design.
    "ort_dynamic_cnn": Row(None),
    "ort_dynamic_mlp": Row(None),
    "ort_dynamic_mlp_channel": Row(None),
    # Only weights are quantized; they stay packed.
    "ort_blocks_operator": Row(None, uses="block_dense"),
    "ort_blocks_operator_zero": Row(None, uses="block_dense"),
    "ort_blocks_dequantize": Row(None, uses="block_dense"),
    "ort_blocks_dequantize_zero": Row(None, uses="block_dense"),
    # Weights of 4 bits stay packed.
    "ort_w4": Row(uses="conv2d_s8s4"),
    "tensorflow_fake_4bits": Row(uses="conv2d_s8s4"),
    # Operators without an integer form: layer normalization, prelu, lstm. The
    # first has a GELU in parts, of which the tool left out the division: a
    # table with the erf after it.
    "ort_attention_s8": floats("normalize", uses="lut_s8"),
    "ort_decoder_s8": floats("prelu"),
    "ort_lstm_s8": floats("lstm"),
    "ort_s16": Row(uses="pieces_s16"),
    "ort_mlp_s16": Row(uses="softmax_s16"),
    "ort_attention_s16": floats("normalize", uses="pieces_s16"),
    # Operators that the tool was told, or chose, to leave in float.
    "ort_only_conv": floats("sigmoid", "max_pool", "average_pool", "dense",
                            "softmax", tolerance=1e-3),
    "ort_no_add": floats("sigmoid", "max_pool", "average_pool", "softmax"),
    "ort_tcn_u8": floats("reduce_mean"),
    "torch_pt2e_xnnpack_branches": floats("sigmoid", "max_pool",
                                          "average_pool", "softmax"),
    "torch_pt2e_x86_branches": floats(
        "conv", "add", "sigmoid", "max_pool", "average_pool", "dense",
        "softmax", tolerance=1e-3),
    "torch_pt2e_x86_mobilenet_v3_block": floats(
        "conv", "hard_swish", "hard_sigmoid", "mul", "add"),
    "torch_pt2e_xnnpack_mlp": floats("softmax"),
    "torch_fake_branches": floats("softmax"),
    # One scale for all weights leaves the logits few steps.
    "torch_fake_branches_tensor": floats("softmax", steps=2),
    "torch_fake_branches_u7": floats("softmax"),
    "torch_fake_mlp": floats("softmax"),
    "torch_converted_branches": floats("softmax"),
    # The pair after the mean has steps a third the size: one step of the mean
    # is three or four there.
    "torch_converted_cnn": Row(steps=4),
    # As above; half the size.
    "torch_fake_cnn": Row(steps=2),
    # The logits have few steps, each of which is several of the softmax.
    "tensorflow_tflite": Row(steps=2),
}


def samples_for(session):
  random = np.random.default_rng(7)
  samples = {}
  for x in session.get_inputs():
    dtype = DTYPES[x.type]
    shape = [SAMPLES] + [n if isinstance(n, int) else 1 for n in x.shape]
    if dtype == np.float32:
      samples[x.name] = random.standard_normal(shape).astype(dtype)
    else:
      info = np.iinfo(dtype)
      samples[x.name] = random.integers(info.min, info.max + 1, shape, dtype)
  return samples


def tolerances(path, row, expected):
  """How far each output may be from `expected`."""
  graph = onnx.load(path).graph
  made = {y: node for node in graph.node for y in node.output}
  numbers = {x.name: onnx.numpy_helper.to_array(x) for x in graph.initializer}
  for node in graph.node:
    if node.op_type == "Constant":
      numbers[node.output[0]] = onnx.numpy_helper.to_array(
          node.attribute[0].t)
  result = []
  for output, values in zip(graph.output, expected, strict=True):
    node, factor = made[output.name], row.steps
    if node.op_type == "Softmax" and node.input[0] in made:
      # A softmax moves at most half as far as what it reads.
      node, factor = made[node.input[0]], row.steps / 2
    if row.tolerance is not None:
      result.append(row.tolerance)
    elif node.op_type == "DequantizeLinear":
      # Both are rounded to floats, of which 16-bit steps are not many.
      result.append(factor * float(numbers[node.input[1]].item()) * 1.01)
    elif values.dtype != np.float32:
      result.append(row.steps)
    else:
      result.append(RELATIVE * float(np.abs(values).max()))
  return result


def reference(path, samples, folder):
  """The outputs of the reference engine, in the model's order."""
  np.savez(folder / "in.npz", **samples)
  subprocess.run([emitted.TINYC.with_name("tinyc-run"), path,
                  folder / "in.npz", "-o", folder / "reference.npz",
                  "--engine=reference"], check=True, capture_output=True)
  with np.load(folder / "reference.npz") as outputs:
    return [outputs[name] for name in outputs.files]


def float_operators(report):
  return {layer["op"] for layer in report["layers"]
          if "_f32" in layer["kernel"] or "tc_map" in layer["kernel"]}


def noted_operators(report):
  return {note.split()[0] for note in report["notes"]
          if " stays in float, since " in note}


def difference(a, b):
  return float(np.abs(np.asarray(a, np.float64) -
                      np.asarray(b, np.float64)).max())


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_quantized(model, tmp_path):
  row = ROWS.get(model.stem, Row())
  options = ort.SessionOptions()
  options.log_severity_level = 3
  options.intra_op_num_threads = 1
  options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
  session = ort.InferenceSession(str(model), options,
                                 providers=["CPUExecutionProvider"])
  samples = samples_for(session)
  expected = [session.run(None, {name: x[i] for name, x in samples.items()})
              for i in range(SAMPLES)]
  program = emitted.Program(model, tmp_path, sanitize=True, options=[
      f"--report={tmp_path / 'report.json'}"])
  actual = [program.run([x[i] for x in samples.values()], expected[i])
            for i in range(SAMPLES)]
  stack = lambda runs: [np.stack(outputs) for outputs in zip(*runs)]
  expected, actual = stack(expected), stack(actual)

  report = json.loads((tmp_path / "report.json").read_text())
  if row.floats is not None:
    assert float_operators(report) == row.floats
    unnamed = row.floats - MOVES - noted_operators(report)
    assert not unnamed
    assert bool(noted_operators(report)) == bool(row.floats)
  if row.uses is not None:
    assert any(row.uses in layer["kernel"] for layer in report["layers"])

  limits = tolerances(model, row, expected)
  wanted = reference(model, samples, tmp_path)
  for limit, want, have, meant in zip(limits, expected, actual, wanted,
                                      strict=True):
    assert len(np.unique(want)) > 8, "the samples tell nothing apart"
    assert difference(want, have) <= limit
    if row.floats == frozenset():
      assert have.tobytes() == meant.tobytes()
    else:
      assert difference(have, meant) <= limit


def test_rows_are_of_models():
  assert set(ROWS) <= {path.stem for path in MODELS}
