/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized depthwise convolution in place for any 32-bit processor. */
#include "depthwise2d/depthwise2d_s8_in_place.h"

TC_KERNEL void tc_depthwise2d_s8_in_place(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  tc_depthwise2d_s8_in_place_any(s, q, x, w, bias, mult, w_zero, line, y);
}
