/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with windows of one column: one output of 4
 * channels at a time, whose taps make pairs.
 */
#ifndef TC_DEPTHWISE2D_COLUMN_H_
#define TC_DEPTHWISE2D_COLUMN_H_

#include "depthwise2d/depthwise2d.h"
#include "tc_dsp.h"
#include "tc_window.h"

/* Whether windows are one column of whole words of channels. */
TC_INLINE int32_t tc_depthwise2d_is_column(const tc_depthwise2d_shape *s,
                                           const int32_t *w_zero) {
  return s->in_c == s->out_c && w_zero == NULL && s->kernel_w == 1 &&
         s->in_c % 4 == 0;
}

TC_INLINE int8_t tc_depthwise2d_final(const tc_depthwise2d_s8_quant *q,
                                      int32_t acc, int32_t mult) {
  const int32_t v = tc_requant(acc, mult, q->shift) + q->out_zero;
  return (int8_t)tc_clamp(tc_saturate8(v), q->lo, q->hi);
}

/* One row of outputs of such windows: 4 channels at a time, whose taps make
 * pairs. */
TC_INLINE void tc_depthwise2d_dsp_columns_row(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *quant,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    int32_t oy, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const uint32_t zero = ((uint32_t)q.in_zero & 0xffu) * 0x01010101u;
  const int32_t step = s->dilation_h * s->in_w * s->in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  int32_t ox;
  int32_t o;
  int32_t i;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t ix = ox * s->stride_w - s->pad_left;
    const int32_t inside = ix >= 0 && ix < s->in_w;
    for (o = 0; o < s->out_c; o += 4) {
      const int32_t at = (top * s->in_w + ix) * s->in_c + o;
      int32_t acc[4];
      acc[0] = bias[o];
      acc[1] = bias[o + 1];
      acc[2] = bias[o + 2];
      acc[3] = bias[o + 3];
      for (i = 0; i < s->kernel_h; i += 2) {
        const int8_t *const ws = w + i * s->out_c + o;
        const int32_t a = inside && i >= ky.first && i < ky.last;
        const int32_t b = inside && i + 1 >= ky.first && i + 1 < ky.last;
        uint32_t taps[4];
        uint32_t weights[4];
        tc_zip4(a ? tc_load4(x + at + i * step) : zero,
                b ? tc_load4(x + at + (i + 1) * step) : zero, taps);
        tc_zip4(tc_load4(ws),
                i + 1 < s->kernel_h ? tc_load4(ws + s->out_c) : 0u, weights);
        acc[0] = tc_mac2(taps[0], weights[0], acc[0]);
        acc[1] = tc_mac2(taps[1], weights[1], acc[1]);
        acc[2] = tc_mac2(taps[2], weights[2], acc[2]);
        acc[3] = tc_mac2(taps[3], weights[3], acc[3]);
      }
      y[o] = tc_depthwise2d_final(&q, acc[0], mult[o]);
      y[o + 1] = tc_depthwise2d_final(&q, acc[1], mult[o + 1]);
      y[o + 2] = tc_depthwise2d_final(&q, acc[2], mult[o + 2]);
      y[o + 3] = tc_depthwise2d_final(&q, acc[3], mult[o + 3]);
    }
    y += s->out_c;
  }
}

#endif /* TC_DEPTHWISE2D_COLUMN_H_ */
