# SPDX-License-Identifier: Apache-2.0
"""Small networks of the kinds that people bring, with random weights.

Each function returns the module and its example inputs. They are as small as
keeps every kind of layer: a file of weights is a few kilobytes.
"""

import torch
from torch import nn
from torch.nn import functional as F


def mlp():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 24),
                         nn.Tanh(), nn.Linear(24, 5),
                         nn.Softmax(dim=-1)), [torch.randn(1, 16)]


def cnn():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(12), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(12, 4)), [torch.randn(1, 3, 16, 16)]


class Recurrent(nn.Module):
    """A recurrent layer over [batch, time, features], and its last step."""

    def __init__(self, cell, **options):
        super().__init__()
        self.rnn = cell(6, 10, batch_first=True, **options)
        width = 10 * (2 if options.get("bidirectional") else 1)
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        steps, _ = self.rnn(x)
        return self.head(steps[:, -1]), steps


def lstm():
    return Recurrent(nn.LSTM), [torch.randn(1, 12, 6)]


def lstm_bidirectional():
    return Recurrent(nn.LSTM, num_layers=2,
                     bidirectional=True), [torch.randn(1, 12, 6)]


def gru():
    return Recurrent(nn.GRU), [torch.randn(1, 12, 6)]


def gru_bidirectional():
    return Recurrent(nn.GRU, bidirectional=True), [torch.randn(1, 12, 6)]


class StreamingLstm(nn.Module):
    """One step that takes and returns the state, as firmware calls it."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h, c))
        return self.head(y), h, c


def lstm_streaming():
    state = torch.zeros(1, 1, 8)
    return StreamingLstm(), [torch.randn(1, 1, 6), state, state.clone()]


class Vit(nn.Module):
    """Patches of 4x4, a class token, pre-norm blocks of attention."""

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norm1 = nn.LayerNorm(width)
            self.qkv = nn.Linear(width, 3 * width)
            self.proj = nn.Linear(width, width)
            self.norm2 = nn.LayerNorm(width)
            self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(),
                                     nn.Linear(2 * width, width))

        def forward(self, x):
            batch, tokens, width = x.shape
            qkv = self.qkv(self.norm1(x))
            qkv = qkv.reshape(batch, tokens, 3, self.heads, -1)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            y = F.scaled_dot_product_attention(q, k, v)
            x = x + self.proj(y.transpose(1, 2).reshape(batch, tokens, width))
            return x + self.mlp(self.norm2(x))

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, 17, width))
        self.blocks = nn.Sequential(*(Vit.Block(width, heads)
                                      for _ in range(2)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)
        x = self.blocks(x + self.position)
        return self.head(self.norm(x)[:, 0])


def vit():
    return Vit(), [torch.randn(1, 1, 16, 16)]


class MobileNetV3Block(nn.Module):
    """Expansion, depthwise 5x5, squeeze and excitation, projection."""

    def __init__(self, channels=8, expanded=24):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(channels, expanded, 1,
                                              bias=False),
                                    nn.BatchNorm2d(expanded), nn.Hardswish())
        self.depthwise = nn.Sequential(
            nn.Conv2d(expanded, expanded, 5, padding=2, groups=expanded,
                      bias=False), nn.BatchNorm2d(expanded), nn.Hardswish())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1),
                                     nn.Conv2d(expanded, 8, 1), nn.ReLU(),
                                     nn.Conv2d(8, expanded, 1),
                                     nn.Hardsigmoid())
        self.project = nn.Sequential(nn.Conv2d(expanded, channels, 1,
                                               bias=False),
                                     nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.depthwise(self.expand(x))
        return x + self.project(y * self.squeeze(y))


def mobilenet_v3_block():
    return MobileNetV3Block(), [torch.randn(1, 8, 12, 12)]


class UNet(nn.Module):
    """Two levels; up by transposed convolution and by bilinear resizing."""

    @staticmethod
    def double(inputs, outputs):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1),
                             nn.BatchNorm2d(outputs), nn.ReLU(),
                             nn.Conv2d(outputs, outputs, 3, padding=1),
                             nn.LeakyReLU(0.1))

    def __init__(self):
        super().__init__()
        self.down1 = self.double(1, 4)
        self.down2 = self.double(4, 8)
        self.bottom = self.double(8, 8)
        self.up2 = nn.ConvTranspose2d(8, 8, 2, stride=2)
        self.join2 = self.double(16, 4)
        self.join1 = self.double(8, 4)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(F.max_pool2d(a, 2))
        c = self.bottom(F.max_pool2d(b, 2))
        b = self.join2(torch.cat([self.up2(c), b], dim=1))
        b = F.interpolate(b, scale_factor=2, mode="bilinear",
                          align_corners=False)
        return self.head(self.join1(torch.cat([b, a], dim=1)))


def unet():
    return UNet(), [torch.randn(1, 1, 16, 16)]


def decoder():
    return nn.Sequential(
        nn.Linear(6, 8 * 4 * 4), nn.Unflatten(1, (8, 4, 4)), nn.ELU(),
        nn.ConvTranspose2d(8, 6, 4, stride=2, padding=1),
        nn.BatchNorm2d(6), nn.ReLU(),
        nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1,
                           groups=2), nn.PReLU(4),
        nn.Upsample(scale_factor=2), nn.Conv2d(4, 1, 3, padding=1),
        nn.Sigmoid()), [torch.randn(1, 6)]


class Tcn(nn.Module):
    """Causal dilated convolutions over time with residuals."""

    def __init__(self, channels=8):
        super().__init__()
        self.first = nn.Conv1d(3, channels, 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(channels, channels, 3, dilation=2**i) for i in range(3))
        self.norms = nn.ModuleList(nn.BatchNorm1d(channels) for _ in range(3))
        self.head = nn.Conv1d(channels, 2, 1)

    def forward(self, x):
        x = self.first(x)
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            x = x + F.relu(norm(layer(F.pad(x, (2 * 2**i, 0)))))
        return self.head(x).mean(dim=-1), x


def tcn():
    return Tcn(), [torch.randn(1, 3, 24)]


class Conformer(nn.Module):
    """Half-step feed-forward, attention, convolution, feed-forward."""

    class FeedForward(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.layers = nn.Sequential(nn.LayerNorm(width),
                                        nn.Linear(width, 2 * width), nn.SiLU(),
                                        nn.Linear(2 * width, width))

        def forward(self, x):
            return x + 0.5 * self.layers(x)

    class Convolution(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.norm = nn.LayerNorm(width)
            self.pointwise1 = nn.Conv1d(width, 2 * width, 1)
            self.depthwise = nn.Conv1d(width, width, 5, padding=2,
                                       groups=width)
            self.batch_norm = nn.BatchNorm1d(width)
            self.pointwise2 = nn.Conv1d(width, width, 1)

        def forward(self, x):
            y = self.norm(x).transpose(1, 2)
            y = F.glu(self.pointwise1(y), dim=1)
            y = F.silu(self.batch_norm(self.depthwise(y)))
            return x + self.pointwise2(y).transpose(1, 2)

    def __init__(self, width=12):
        super().__init__()
        self.before = self.FeedForward(width)
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.convolution = self.Convolution(width)
        self.after = self.FeedForward(width)
        self.last = nn.LayerNorm(width)

    def forward(self, x):
        x = self.before(x)
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return self.last(self.after(self.convolution(x)))


def conformer():
    return Conformer(), [torch.randn(1, 10, 12)]


ALL = [mlp, cnn, lstm, lstm_bidirectional, lstm_streaming, gru,
       gru_bidirectional, vit, mobilenet_v3_block, unet, decoder, tcn,
       conformer]
