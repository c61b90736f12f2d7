/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution of 16-bit activations with 8-bit weights. */
#include "depthwise2d/depthwise2d_s16.h"

TC_KERNEL void tc_depthwise2d_s16(const tc_depthwise2d_shape *s,
                                  const tc_depthwise2d_s16_quant *q,
                                  const int16_t *x, const int8_t *w,
                                  const int64_t *bias, const int32_t *mult,
                                  int16_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_depthwise2d_s16_row(s, q, x, w, bias, mult, oy, 0, s->out_c, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
