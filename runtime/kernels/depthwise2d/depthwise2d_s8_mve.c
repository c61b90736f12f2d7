/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized depthwise convolution with Helium: row by row, 8 channels of an
 * output at a time, or 4 outputs of a channel. */
#include "depthwise2d/depthwise2d_runs_mve.h"
#include "depthwise2d/depthwise2d_s8.h"
#include "depthwise2d/depthwise2d_strips_mve.h"

TC_KERNEL void tc_depthwise2d_s8_mve(const tc_depthwise2d_shape *s,
                                     const tc_depthwise2d_s8_quant *q,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero, int8_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (tc_depthwise2d_has_strips(s, w_zero)) {
        tc_depthwise2d_strips_row(s, q, x, w, bias, mult, oy, y);
      } else if (tc_depthwise2d_has_runs(s, w_zero)) {
        tc_depthwise2d_runs_row(s, q, x, w, bias, mult, oy, y);
      } else {
        tc_depthwise2d_s8_row(s, q, x, w, bias, mult, w_zero, oy, y);
      }
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
