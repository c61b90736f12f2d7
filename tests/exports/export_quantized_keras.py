#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/exports/models/quantized/tensorflow_*.onnx.

TensorFlow's quantized networks through tf2onnx: what TFLite's converter makes
of a Keras network, and fake quantization in a graph, which is what
quantization-aware training leaves.
"""

import argparse
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
import tf2onnx
from tensorflow import keras

SEED = 20
OPSET = 17
SAMPLES = 16
SHAPE = (1, 16, 16, 3)
layers = keras.layers


def branches():
    x = keras.Input(SHAPE[1:], batch_size=1)
    y = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
    y = layers.ReLU(6.0)(layers.BatchNormalization()(y))
    z = layers.DepthwiseConv2D(3, padding="same")(y)
    y = layers.ReLU()(layers.Add()([y, layers.Conv2D(8, 1)(z)]))
    y = layers.Concatenate()([layers.Conv2D(4, 1)(y),
                              layers.Conv2D(4, 3, padding="same",
                                            activation="sigmoid")(y)])
    y = layers.AveragePooling2D(2)(layers.MaxPooling2D()(y))
    return keras.Model(x, layers.Dense(5, "softmax")(layers.Flatten()(y)))


def samples():
    random = np.random.default_rng(SEED)
    for _ in range(SAMPLES):
        yield [random.standard_normal(SHAPE).astype(np.float32)]


def tflite(path, integers=None, operators=None):
    """A network quantized by TFLite; `integers`: the type of its interface."""
    keras.utils.set_random_seed(SEED)
    network = branches()
    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
        if operators:
            converter.target_spec.supported_ops = [operators]
        if integers:
            converter.inference_input_type = integers
            converter.inference_output_type = integers
        file = pathlib.Path(folder) / "model.tflite"
        file.write_bytes(converter.convert())
        tf2onnx.convert.from_tflite(str(file), opset=OPSET,
                                    output_path=str(path))


def rounded(x, low, high, **options):
    return tf.quantization.fake_quant_with_min_max_vars(x, low, high, **options)


def fake(path, channel, bits=8):
    """Fake quantization around convolutions, a sum and a dense layer."""
    random = np.random.default_rng(SEED)
    plain = [0.3 * random.standard_normal(shape).astype(np.float32)
             for shape in ((3, 3, 3, 8), (3, 3, 8, 8), (8, 5))]

    def weights(w):
        if not channel:
            return rounded(w, -1.0, 1.0, narrow_range=True, num_bits=bits)
        most = tf.reduce_max(tf.abs(w), list(range(w.ndim - 1)))
        return tf.quantization.fake_quant_with_min_max_vars_per_channel(
            w, -most, most, narrow_range=True, num_bits=bits)

    def network(x):
        first, second, dense = map(weights, plain)
        x = rounded(x, -3.0, 3.0)
        x = rounded(tf.nn.relu(tf.nn.conv2d(x, first, 2, "SAME")), 0.0, 6.0)
        y = rounded(tf.nn.conv2d(x, second, 1, "SAME"), -4.0, 5.0)
        x = rounded(tf.nn.relu6(x + y), 0.0, 6.0)
        x = rounded(tf.reduce_mean(x, [1, 2]), 0.0, 3.0)
        return rounded(tf.matmul(x, dense), -4.0, 4.0)

    signature = [tf.TensorSpec(SHAPE, tf.float32, "x")]
    tf2onnx.convert.from_function(
        tf.function(network, input_signature=signature), signature,
        opset=OPSET, output_path=str(path))


INT8 = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
MODELS = {
    "tflite": tflite,
    "tflite_s8": lambda path: tflite(path, tf.int8, INT8),
    "tflite_u8": lambda path: tflite(path, tf.uint8, INT8),
    "fake": lambda path: fake(path, channel=False),
    "fake_channel": lambda path: fake(path, channel=True),
    "fake_4bits": lambda path: fake(path, channel=True, bits=4),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent /
                        "models/quantized")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True, parents=True)
    for name, write in MODELS.items():
        path = options.out / f"tensorflow_{name}.onnx"
        write(path)
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
