#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/exports/models/quantized: models as the tools quantize them.

    ort_*    onnxruntime's quantizers, on networks that PyTorch exported
    torch_*  PyTorch: fake quantization as it is trained with, the same
             converted, and PT2E

Each row of the tables below is one way to place QuantizeLinear and
DequantizeLinear. Weights and samples are random. README.md names the versions
of the packages that wrote the files in this folder.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import onnx
from onnxruntime import quantization as ort
from onnxruntime.quantization import matmul_nbits_quantizer as nbits
from onnxruntime.quantization import quant_utils
from onnxruntime.quantization import shape_inference
import torch
from torch import nn
from torch.ao import quantization as ao
from torch.ao.nn.intrinsic.qat import freeze_bn_stats
from torch.ao.quantization import quantize_fx
from torchao.quantization.pt2e import quantize_pt2e
from torchao.quantization.pt2e.quantizer import x86_inductor_quantizer as x86
from torchao.testing.pt2e import _xnnpack_quantizer as xnnpack

import export
import networks

SAMPLES = 16
S8, U8 = ort.QuantType.QInt8, ort.QuantType.QUInt8
S16, U16 = ort.QuantType.QInt16, ort.QuantType.QUInt16
S4 = ort.QuantType.QInt4


# --- networks -----------------------------------------------------------------


class Branches(nn.Module):
  """A sum of two branches, and a concat of values of different ranges."""

  def __init__(self):
    super().__init__()
    self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1),
                              nn.BatchNorm2d(8), nn.ReLU())
    self.inner = nn.Sequential(
        nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8),
        nn.ReLU6(), nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))
    self.relu = nn.ReLU()
    self.wide = nn.Conv2d(8, 4, 1)
    self.narrow = nn.Sequential(nn.Conv2d(8, 4, 3, padding=1), nn.Sigmoid())
    self.max = nn.MaxPool2d(2)
    self.mean = nn.AvgPool2d(2)
    self.head = nn.Linear(8 * 16, 5)

  def forward(self, x):
    x = self.stem(x)
    x = self.relu(x + self.inner(x))
    x = torch.cat([self.wide(x), self.narrow(x)], dim=1)
    x = self.mean(self.max(x))
    return torch.softmax(self.head(x.flatten(1)), dim=-1)


def branches():
  return Branches(), [torch.randn(1, 3, 16, 16)]


def wide():
  """Dense layers wide enough for blocks of weights."""
  return nn.Sequential(nn.Linear(64, 48, bias=False), nn.ReLU(),
                       nn.Linear(48, 20)), [torch.randn(1, 64)]


def attention():
  """One block of a vision transformer."""
  return networks.Vit.Block(8, 2), [torch.randn(1, 6, 8)]


class FakeQuantized(nn.Module):
  """The functions of fake quantization, called by hand."""

  def __init__(self):
    super().__init__()
    self.weight = nn.Parameter(0.3 * torch.randn(6, 3, 3, 3))
    self.bias = nn.Parameter(0.3 * torch.randn(6))
    self.register_buffer("scale", self.weight.detach().abs()
                         .amax(dim=(1, 2, 3)) / 127)
    self.register_buffer("zero", torch.zeros(6, dtype=torch.int32))

  def forward(self, x):
    x = torch.fake_quantize_per_tensor_affine(x, 0.03, 3, -128, 127)
    weight = torch.fake_quantize_per_channel_affine(
        self.weight, self.scale, self.zero, 0, -128, 127)
    x = torch.relu(torch.conv2d(x, weight, self.bias))
    return torch.fake_quantize_per_tensor_affine(x, 0.04, 0, 0, 255)


def functions():
  return FakeQuantized(), [torch.randn(1, 3, 8, 8)]


# --- onnxruntime --------------------------------------------------------------


def float_model(network, opset, folder):
  """The file that the quantizer reads, as its documentation prepares it."""
  raw, ready = folder / "raw.onnx", folder / "ready.onnx"
  torch.manual_seed(export.SEED)
  make, inputs = network()
  with torch.no_grad():
    torch.onnx.export(export.settled(make), tuple(inputs), str(raw),
                      opset_version=min(opset, 17), dynamo=False)
  if opset > 17:
    onnx.save(onnx.version_converter.convert_version(onnx.load(raw), opset),
              raw)
  shape_inference.quant_pre_process(raw, ready, skip_symbolic_shape=True)
  return ready


class Reader(ort.CalibrationDataReader):
  """Random samples of every input of `model`."""

  def __init__(self, model):
    random = np.random.default_rng(export.SEED)
    self.samples = iter([
        {x.name: random.standard_normal(
            [d.dim_value for d in x.type.tensor_type.shape.dim]
        ).astype(np.float32) for x in onnx.load(model).graph.input}
        for _ in range(SAMPLES)])

  def get_next(self):
    return next(self.samples, None)


def static(network, activations=S8, weights=S8, form="QDQ", channel=True,
           opset=17, extra=None, **options):
  def write(path, folder):
    model = float_model(network, opset, folder)
    ort.quantize_static(
        model, path, Reader(model), quant_format=ort.QuantFormat[form],
        activation_type=activations, weight_type=weights, per_channel=channel,
        extra_options=extra or {}, **options)
  return write


def dynamic(network, weights=S8, **options):
  def write(path, folder):
    ort.quantize_dynamic(float_model(network, 17, folder), path,
                         weight_type=weights, **options)
  return write


def blocks(form, **options):
  """Weights of 4 bits in blocks, everything else float."""
  def write(path, folder):
    quantizer = nbits.MatMulNBitsQuantizer(
        onnx.load(float_model(lambda: no_bias(wide), 21, folder)),
        block_size=16, quant_format=quant_utils.QuantFormat[form], **options)
    quantizer.process()
    quantizer.model.save_model_to_file(str(path))
  return write


def no_bias(network):
  """The quantizer of blocks takes MatMul, not Gemm."""
  module, inputs = network()
  for layer in module:
    if isinstance(layer, nn.Linear):
      layer.bias = None
  return module, inputs


ORT = {
    "s8_channel": static(branches),
    "s8_tensor": static(branches, channel=False),
    "u8_tensor": static(branches, U8, U8, channel=False),
    "u8s8_channel": static(branches, U8, S8),
    "operators_u8": static(branches, U8, U8, "QOperator", channel=False),
    "operators_s8": static(branches, S8, S8, "QOperator"),
    "symmetric": static(branches, extra={"ActivationSymmetric": True,
                                         "WeightSymmetric": True}),
    "weights_asymmetric": static(branches, extra={"WeightSymmetric": False},
                                 channel=False),
    "pairs_on_weights": static(branches, extra={"AddQDQPairToWeight": True}),
    "bias_float": static(branches, extra={"QuantizeBias": False}),
    "own_pairs": static(branches, extra={"DedicatedQDQPair": True}),
    "kept_activations": static(
        branches, extra={"QDQKeepRemovableActivations": True}),
    "only_conv": static(branches, op_types_to_quantize=["Conv"]),
    "no_add": static(branches, op_types_to_quantize=[
        "Conv", "Relu", "Clip", "MaxPool", "Gemm"]),
    "s16": static(branches, S16, S8, opset=21),
    "u16": static(branches, U16, S8, opset=21),
    "s16_microsoft": static(branches, S16, S8),
    "w4": static(branches, S8, S4, opset=21),
    "cnn_s8": static(networks.cnn),
    "mlp_s8": static(networks.mlp),
    "mlp_u8": static(networks.mlp, U8, U8, channel=False),
    "mlp_s16": static(networks.mlp, S16, S8, opset=21),
    "decoder_s8": static(networks.decoder, channel=False),
    "mobilenet_v3_block_s8": static(networks.mobilenet_v3_block),
    "tcn_u8": static(networks.tcn, U8, S8),
    "unet_s8": static(networks.unet),
    "attention_s8": static(attention),
    "attention_s16": static(attention, S16, S8, opset=21),
    "lstm_s8": static(networks.lstm),
    "dynamic_cnn": dynamic(networks.cnn, U8),
    "dynamic_mlp": dynamic(networks.mlp),
    "dynamic_mlp_channel": dynamic(networks.mlp, per_channel=True),
    "blocks_operator": blocks("QOperator", is_symmetric=True),
    "blocks_operator_zero": blocks("QOperator"),
    "blocks_dequantize": blocks("QDQ", is_symmetric=True),
    "blocks_dequantize_zero": blocks("QDQ"),
}


# --- PyTorch ------------------------------------------------------------------


U8_FAKE = ao.FakeQuantize.with_args(
    observer=ao.MovingAverageMinMaxObserver, quant_min=0, quant_max=255,
    dtype=torch.quint8)
U7_FAKE = U8_FAKE.with_args(quant_max=127)  # the range of older x86


def see(module, inputs):
  """Lets the observers of `module` see samples."""
  for _ in range(SAMPLES):
    module(*(torch.randn_like(x) for x in inputs))


def trained(network, activations=U8_FAKE,
            weights=ao.default_per_channel_weight_fake_quant):
  torch.manual_seed(export.SEED)
  module, inputs = network()
  config = ao.QConfigMapping().set_global(
      ao.QConfig(activation=activations, weight=weights))
  module = quantize_fx.prepare_qat_fx(export.settled(module).train(), config,
                                      tuple(inputs))
  see(module.apply(freeze_bn_stats), inputs)
  return module.eval().apply(ao.disable_observer), inputs


def torchscript(module, inputs, path):
  with torch.no_grad():
    torch.onnx.export(module, tuple(inputs), str(path), opset_version=17,
                      dynamo=False)


def dynamo(module, inputs, path):
  torch.onnx.export(module, tuple(inputs), str(path), opset_version=20,
                    dynamo=True, external_data=False)


def fake(*args, **options):
  """Fake quantization as it is trained with."""
  return lambda path, _: torchscript(*trained(*args, **options), path)


def converted(*args, **options):
  def write(path, _):
    module, inputs = trained(*args, **options)
    torchscript(quantize_fx.convert_fx(module), inputs, path)
  return write


def pt2e(network, quantizer):
  def write(path, _):
    torch.manual_seed(export.SEED)
    module, inputs = network()
    traced = torch.export.export(export.settled(module), tuple(inputs)).module()
    traced = quantize_pt2e.prepare_pt2e(traced, quantizer())
    see(traced, inputs)
    dynamo(quantize_pt2e.convert_pt2e(traced), inputs, path)
  return write


def by_xnnpack():
  return xnnpack.XNNPACKQuantizer().set_global(
      xnnpack.get_symmetric_quantization_config(is_per_channel=True))


def by_x86():
  return x86.X86InductorQuantizer().set_global(
      x86.get_default_x86_inductor_quantization_config())


def as_is(network, exporter):
  def write(path, _):
    torch.manual_seed(export.SEED)
    exporter(*network(), path)
  return write


TORCH = {
    "fake_cnn": fake(networks.cnn),
    "fake_mlp": fake(networks.mlp),
    "fake_branches": fake(branches),
    "fake_branches_tensor": fake(branches, U8_FAKE,
                                 ao.default_weight_fake_quant),
    "fake_branches_u7": fake(branches, U7_FAKE),
    "converted_branches": converted(branches),
    "converted_cnn": converted(networks.cnn, U7_FAKE),
    "pt2e_xnnpack_branches": pt2e(branches, by_xnnpack),
    "pt2e_xnnpack_mlp": pt2e(networks.mlp, by_xnnpack),
    "pt2e_x86_branches": pt2e(branches, by_x86),
    "pt2e_x86_mobilenet_v3_block": pt2e(networks.mobilenet_v3_block, by_x86),
    "functions_torchscript": as_is(functions, torchscript),
    "functions_dynamo": as_is(functions, dynamo),
}


def main():
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument("--out", type=pathlib.Path,
                      default=pathlib.Path(__file__).parent /
                      "models/quantized")
  parser.add_argument("--only", help="a part of the names to write")
  options = parser.parse_args()
  options.out.mkdir(exist_ok=True, parents=True)
  for tool, rows in {"ort": ORT, "torch": TORCH}.items():
    for name, write in rows.items():
      path = options.out / f"{tool}_{name}.onnx"
      if options.only and options.only not in path.stem:
        continue
      with tempfile.TemporaryDirectory() as folder:
        write(path, pathlib.Path(folder))
      export.strip(path)
      print(path.name, path.stat().st_size)


if __name__ == "__main__":
  main()
