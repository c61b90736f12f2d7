# SPDX-License-Identifier: Apache-2.0
"""Depthwise layers of many sorts: odd sizes, numbers of channels that nothing
divides, strides, borders of one side only, dilation, windows of one row and of
one column, and ranges that an activation narrows."""
import numpy as np

TEXT = """
graph(%x: s8[1,13,11,11] q(0.05, 3)) -> (%y) {
  %w1 = const rand(1) : s8[11,1,3,3] q(axis=0, rand(21))
  %b1 = const rand(11) : s32[11]
  %a = conv(%x, %w1, %b1) {pads=[1,0,0,1], strides=[2,2], group=11, layout=nhwc} : s8[?] q(0.1, -4)
  %w2 = const rand(2) : s8[11,1,5,3] q(0.01, 0)
  %b = conv(%a, %w2) {pads=[2,1,2,1], group=11, act_min=0, layout=nhwc} : s8[?] q(0.1, -100)
  %w3 = const rand(3) : s8[11,1,3,1] q(0.01, 0)
  %c = conv(%b, %w3) {pads=[1,0,1,0], group=11, layout=nhwc} : s8[?] q(0.1, 5)
  %w4 = const rand(4) : s8[11,1,1,4] q(0.01, 0)
  %d = conv(%c, %w4) {pads=[0,2,0,2], group=11, layout=nhwc} : s8[?] q(0.1, 5)
  %w5 = const rand(5) : s8[11,1,3,3] q(0.01, 0)
  %e = conv(%d, %w5) {pads=[2,2,2,2], dilations=[2,2], group=11, act_min=-2, act_max=3, layout=nhwc} : s8[?] q(0.05, 7)
  %w6 = const rand(6) : s8[11,1,7,7] q(0.01, 0)
  %y = conv(%e, %w6) {pads=[3,3,3,3], strides=[1,2], group=11, layout=nhwc} : s8[?] q(0.2, -7)
  return %y
}
"""


def samples(count):
    return np.random.default_rng(8).integers(
        -128, 128, [count, 13, 11, 11], dtype=np.int8)
