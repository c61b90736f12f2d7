# SPDX-License-Identifier: Apache-2.0
"""How far quantized models are from the float models they were made from.

For every model and format: what `tinyc --quantize` and onnxruntime's static
quantization (min-max, per channel) make of the same calibration samples, on
other samples; and the int8 model that the authors of the float model published,
run by onnxruntime.  Prints a Markdown table of

  accuracy  share of samples classified correctly, where there are labels
  agree     share of samples with the same winner as the float model
  dB        signal to noise of the outputs, without the final softmax, over all
            samples; 6 dB are one bit
  bytes     of constants in the C that tinyc writes: weights, biases, multipliers
  s         seconds that quantizing took

and exits with 1 when tinyc is below a bar.  Models and data lie in the folder
`shared` beside the checkout (or TINYC_SHARED_DIR); without it there is nothing
to do.

    bench_quantize.py [--no-onnxruntime] [--formats=int8,w4a8] [model ...]
"""
import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("TINYC_BIN_DIR", ROOT / "build/bin"))
SHARED = pathlib.Path(
    os.environ.get("TINYC_SHARED_DIR", ROOT.parent / "shared"))


@dataclasses.dataclass
class Subject:
  """A model, samples to calibrate on and others to judge by."""
  model: str
  split: callable  # of the arrays of `data`: calibrate, judge, labels or None
  data: str
  bars: dict  # by format: % that agree or None, decibels


def kws(d):
  return d["x_fp32"][:200], d["x_fp32"][200:], d["y"][200:]


def ic(d):
  x = d["x_uint8"].astype(np.float32)
  return x[:200], x[200:], d["y"][200:]


def vww(d):
  scaled = lambda x: x.astype(np.float32) / np.float32(255)
  return (scaled(d["train2017_x_uint8"]), scaled(d["val2017_x_uint8"]),
          d["val2017_y"])


def ad(d):
  return d["x_fp32"][:100], d["x_fp32"][100:], None


def sww(d):  # sorted by class
  return d["x_fp32"][::2], d["x_fp32"][1::2], d["y"][1::2]


def mnist(d):
  x = (d["images"] / np.float32(255) - d["mean"]) / d["std"]
  x = x.astype(np.float32)[:, None]
  judged = d["val_idx"]
  return x[d["train_idx"][::16]], x[judged], d["labels"][judged]


SUBJECTS = {
    "kws": Subject("kws_fp32", kws, "kws_600",
                   {"int8": (99.2, 32), "int16x8": (None, 39.3),
                    "w4a8": (98.5, 24)}),
    "ic": Subject("ic_fp32", ic, "ic_test_1000",
                  {"int8": (97, 30.5), "int16x8": (None, 33.6),
                   "w4a8": (92, 22.5)}),
    "vww": Subject("vww_fp32", vww, "vww_coco128",
                   {"int8": (99.5, 26.5), "int16x8": (None, 28.2),
                    "w4a8": (97.5, 15)}),
    "ad": Subject("ad_fp32", ad, "ad_sample",
                  {"int8": (None, 45), "int16x8": (None, 42.1),
                   "w4a8": (None, 33)}),
    "sww": Subject("sww_fp32", sww, "sww_cal",
                   {"int8": (None, 32), "int16x8": (None, 32.7),
                    "w4a8": (None, 27)}),
    "mnist_cnn": Subject("mnist_cnn", mnist, "mnist_10k",
                         {"int8": (99.93, 40), "int16x8": (None, 42.2),
                          "w4a8": (None, 30)}),
    "mnist_mlp": Subject("mnist_mlp", mnist, "mnist_10k",
                         {"int8": (99.8, 33.5), "int16x8": (None, 34.6),
                          "w4a8": (None, 27)}),
}


FORMATS = ("int8", "int16x8", "w4a8", "auto")
OF_ONNXRUNTIME = ("int8", "int16x8")


def without_softmax(path, folder):
  """A copy of the model that gives its logits."""
  model = onnx.load(path)
  graph = model.graph
  last = next(n for n in graph.node if graph.output[0].name in n.output)
  if last.op_type == "Softmax":
    graph.node.remove(last)
    graph.output[0].name = last.input[0]
  out = folder / path.name
  onnx.save(model, out)
  return out


def tinyc(model, judged, folder, *options):
  """The outputs for the samples `judged`, a row each."""
  np.savez(folder / "judge.npz", x=judged)
  subprocess.run(
      [BIN / "tinyc-run", model, folder / "judge.npz", "-o",
       folder / "outputs.npz", "--engine=kernels", "--target=host", *options],
      check=True, stderr=subprocess.PIPE)
  with np.load(folder / "outputs.npz") as outputs:
    (name,) = outputs.files
    return outputs[name].reshape(len(judged), -1).astype(np.float64)


def bytes_of_constants(model, folder, *options):
  """Those in the C of the model."""
  report = folder / "report.json"
  subprocess.run([BIN / "tinyc", model, "-o", folder / "model.c",
                  f"--report={report}", *options],
                 check=True, stderr=subprocess.PIPE)
  return json.loads(report.read_text())["weight_bytes"]


def quantized_by_tinyc(kind, model, calibration, judged, folder):
  np.savez(folder / "calibrate.npz", x=calibration)
  options = [f"--quantize={kind}", f"--calibration={folder / 'calibrate.npz'}"]
  start = time.perf_counter()
  size = bytes_of_constants(model, folder, *options)
  seconds = time.perf_counter() - start
  return tinyc(model, judged, folder, *options), size, seconds


def quantized_by_onnxruntime(kind, model, calibration, judged, folder):
  import onnxruntime
  from onnxruntime import quantization as q
  from onnxruntime.quantization.shape_inference import quant_pre_process

  name = onnx.load(model).graph.input[0].name
  shape = onnx.load(model).graph.input[0].type.tensor_type.shape
  shape = [1] + [d.dim_value for d in shape.dim][1:]

  class Reader(q.CalibrationDataReader):
    def __init__(self):
      self.samples = iter(calibration)

    def get_next(self):
      x = next(self.samples, None)
      return None if x is None else {name: x.reshape(shape)}

  out = folder / "onnxruntime.onnx"
  start = time.perf_counter()
  merged = folder / "merged.onnx"
  quant_pre_process(str(model), str(merged), skip_symbolic_shape=True)
  q.quantize_static(
      str(merged), str(out), Reader(), quant_format=q.QuantFormat.QDQ,
      per_channel=True, weight_type=q.QuantType.QInt8,
      activation_type=(q.QuantType.QInt16 if kind == "int16x8" else
                       q.QuantType.QInt8),
      calibrate_method=q.CalibrationMethod.MinMax)
  seconds = time.perf_counter() - start
  options = onnxruntime.SessionOptions()
  options.log_severity_level = 3
  session = onnxruntime.InferenceSession(str(out), options,
                                         providers=["CPUExecutionProvider"])
  rows = [session.run(None, {name: x.reshape(shape)})[0].ravel()
          for x in judged]
  return np.stack(rows).astype(np.float64), seconds


def official_int8(subject):
  """The quantized model that comes with the float one, or None."""
  path = SHARED / f"models/{subject.model.removesuffix('_fp32')}_int8.onnx"
  return path if path.exists() else None


def by_official(path, judged, folder):
  """The outputs of a quantized model for float samples, before its softmax."""
  import onnxruntime

  model = onnx.load(path)
  graph = model.graph
  constants = {c.name: onnx.numpy_helper.to_array(c)
               for c in graph.initializer}
  makers = {name: node for node in graph.node for name in node.output}
  (x,) = graph.input
  moved = x.name
  while True:
    read = next(n for n in graph.node if moved in n.input)
    if read.op_type == "DequantizeLinear":
      break
    (moved,) = read.output
  scale, zero = constants[read.input[1]], constants[read.input[2]]
  # ... => Softmax => QuantizeLinear, or the last QuantizeLinear alone.
  last = makers[graph.output[0].name]
  before = makers[last.input[0]]
  if before.op_type == "Softmax":
    graph.output[0].name = before.input[0]
  else:
    graph.node.append(onnx.helper.make_node(
        "DequantizeLinear", [graph.output[0].name, *last.input[1:]], ["real"]))
    graph.output[0].name = "real"
  graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
  out = folder / "official.onnx"
  onnx.save(model, out)
  session = onnxruntime.InferenceSession(str(out),
                                         providers=["CPUExecutionProvider"])
  shape = session.get_inputs()[0].shape
  rows = []
  for sample in judged:
    steps = np.rint(sample / scale) + zero
    stored = np.clip(steps, -128, 127).astype(np.int8).reshape(shape)
    rows.append(session.run(None, {x.name: stored})[0].ravel())
  return np.stack(rows).astype(np.float64)


def share(a, b):
  return 100 * float(np.mean(a == b))


def decibels(real, outputs):
  return 10 * np.log10((real**2).sum() / ((real - outputs)**2).sum())


def row(name, label, real, outputs, labels, size, seconds):
  winners = outputs.argmax(1)
  accuracy = f"{share(winners, labels):.2f}" if labels is not None else "-"
  agree = f"{share(winners, real.argmax(1)):.2f}" if labels is not None else "-"
  noise = f"{decibels(real, outputs):.1f}" if label != "float" else "-"
  size = f"{size:,}" if size is not None else "-"
  took = f"{seconds:.1f}" if seconds is not None else "-"
  print(f"| {name} | {label} | {accuracy} | {agree} | {noise} | {size} | "
        f"{took} |", flush=True)


def bench(name, subject, formats, with_onnxruntime):
  """Prints the rows of one model; what falls short of its bar."""
  with np.load(SHARED / f"data/{subject.data}.npz") as data:
    calibration, judged, labels = subject.split(data)
  with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    model = without_softmax(SHARED / f"models/{subject.model}.onnx", folder)
    real = tinyc(model, judged, folder)
    row(name, "float", real, real, labels, bytes_of_constants(model, folder),
        None)
    official = official_int8(subject) if with_onnxruntime else None
    if official and "int8" in formats:
      row(name, "official int8", real, by_official(official, judged, folder),
          labels, bytes_of_constants(official, folder), None)
    short = []
    for kind in formats:
      least_agree, least_decibels = subject.bars.get(kind, (None, 0))
      if with_onnxruntime and kind in OF_ONNXRUNTIME:
        outputs, seconds = quantized_by_onnxruntime(kind, model, calibration,
                                                    judged, folder)
        row(name, f"onnxruntime {kind}", real, outputs, labels, None, seconds)
      outputs, size, seconds = quantized_by_tinyc(kind, model, calibration,
                                                  judged, folder)
      row(name, f"tinyc {kind}", real, outputs, labels, size, seconds)
      noise = decibels(real, outputs)
      if noise < least_decibels:
        short.append(f"{name} {kind}: {noise:.1f} dB, the bar is "
                     f"{least_decibels}")
      agree = share(outputs.argmax(1), real.argmax(1))
      if least_agree is not None and agree < least_agree:
        short.append(f"{name} {kind}: {agree:.2f} % agree of {len(judged)} "
                     f"samples, the bar is {least_agree}")
  return short


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("models", nargs="*", metavar="model",
                      help=", ".join(SUBJECTS))
  parser.add_argument("--no-onnxruntime", action="store_true")
  parser.add_argument("--formats", default=",".join(FORMATS),
                      help="default: %(default)s")
  args = parser.parse_args()
  if not (SHARED / "data").is_dir():
    print("skipped: no models beside the checkout")
    return 0
  formats = args.formats.split(",")
  if not set(formats) <= set(FORMATS):
    parser.error(f"the formats are {', '.join(FORMATS)}")
  print("| model | | accuracy % | agree % | dB | bytes | s |")
  print("|---|---|---|---|---|---|---|")
  short = []
  for name in args.models or SUBJECTS:
    short += bench(name, SUBJECTS[name], formats, not args.no_onnxruntime)
  for line in short:
    print(line, file=sys.stderr)
  return 1 if short else 0


if __name__ == "__main__":
  sys.exit(main())
