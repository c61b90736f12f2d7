#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/exports/models/*_keras.onnx: Keras networks through tf2onnx."""

import argparse
import pathlib

import tensorflow as tf
import tf2onnx
from tensorflow import keras

SEED = 20
OPSET = 17
layers = keras.layers


def cnn():
    return keras.Sequential([
        keras.Input((16, 16, 3), batch_size=1),
        layers.Conv2D(8, 3, padding="same", use_bias=False),
        layers.BatchNormalization(), layers.ReLU(6.0),
        layers.DepthwiseConv2D(3, strides=2, padding="same"),
        layers.LeakyReLU(), layers.MaxPooling2D(), layers.Conv2D(12, 1),
        layers.GlobalAveragePooling2D(), layers.Dense(4, "softmax")])


def recurrent():
    return keras.Sequential([
        keras.Input((12, 6), batch_size=1),
        layers.LSTM(8, return_sequences=True),
        layers.Bidirectional(layers.GRU(5)), layers.Dense(3)])


def separable():
    return keras.Sequential([
        keras.Input((24, 4), batch_size=1),
        layers.SeparableConv1D(8, 5, padding="same", activation="swish"),
        layers.UpSampling1D(2), layers.Conv1DTranspose(4, 3, strides=2),
        layers.LayerNormalization(), layers.Flatten(),
        layers.Dense(3, "sigmoid")])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent / "models")
    options = parser.parse_args()
    for make in (cnn, recurrent, separable):
        keras.utils.set_random_seed(SEED)
        network = make()
        path = options.out / f"{make.__name__}_keras.onnx"
        signature = [tf.TensorSpec(network.inputs[0].shape, tf.float32, "x")]
        call = tf.function(lambda x, network=network: network(x, training=False),
                           input_signature=signature)
        tf2onnx.convert.from_function(call, signature, opset=OPSET,
                                      output_path=str(path))
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
