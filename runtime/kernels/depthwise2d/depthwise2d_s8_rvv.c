/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized depthwise convolution with RISC-V's vectors: row by row, up to 32
 * channels at a time. */
#include "depthwise2d/depthwise2d_rvv.h"
#include "depthwise2d/depthwise2d_s8.h"
#include "tc_bytes.h"

TC_KERNEL void tc_depthwise2d_s8_rvv(const tc_depthwise2d_shape *s,
                                     const tc_depthwise2d_s8_quant *quant,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const int32_t x_row = s->in_w * s->in_c;
  const int32_t y_row = s->out_w * s->out_c;
  const int32_t columns = tc_depthwise2d_has_rvv_columns(s, w_zero);
  const int32_t has = columns || tc_depthwise2d_has_rvv(s, w_zero);
  tc_depthwise2d_rvv_source sources[TC_DEPTHWISE2D_RVV_ROWS];
  tc_depthwise2d_rvv_layer layer;
  int32_t n;
  int32_t oy;
  int32_t i;
  if (has) tc_depthwise2d_rvv_init(s, &q, w, bias, mult, &layer);
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (has) {
        const int32_t top = oy * s->stride_h - s->pad_top;
        sources[0].pixel = s->in_c;
        sources[0].row = 0;
        if (columns) {
          const tc_range ky =
              tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
          sources[0].row = s->dilation_h * x_row;
          sources[0].taps = ky;
          sources[0].x = x;
          if (ky.first < ky.last) {
            sources[0].x += (top + ky.first * s->dilation_h) * x_row;
          }
        }
        for (i = 0; !columns && i < s->kernel_h; ++i) {
          const int32_t iy = top + i * s->dilation_h;
          sources[i].x = iy < 0 || iy >= s->in_h ? NULL : x + iy * x_row;
          sources[i].pixel = s->in_c;
        }
        tc_depthwise2d_rvv_row(s, &q, &layer, sources, 0, s->out_c, y);
        tc_clamp_bytes(y, y_row, q.lo, q.hi);
      } else {
        tc_depthwise2d_s8_row(s, &q, x, w, bias, mult, w_zero, oy, y);
      }
      y += y_row;
    }
    x += s->in_h * x_row;
  }
}
