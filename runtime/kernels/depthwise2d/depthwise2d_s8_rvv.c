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
  const int32_t has = tc_depthwise2d_has_rvv(s, w_zero);
  tc_depthwise2d_rvv_source sources[TC_DEPTHWISE2D_RVV_ROWS];
  tc_depthwise2d_rvv_layer layer;
  int32_t n;
  int32_t oy;
  int32_t i;
  if (has) tc_depthwise2d_rvv_init(s, &q, w, bias, mult, &layer);
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (has) {
        for (i = 0; i < s->kernel_h; ++i) {
          const int32_t iy = oy * s->stride_h - s->pad_top + i * s->dilation_h;
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
