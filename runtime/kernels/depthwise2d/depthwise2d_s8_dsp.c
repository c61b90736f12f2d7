/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with products of 16-bit pairs: row by row,
 * one channel of a strip of columns at a time, or where windows are one column,
 * one output of 4 channels.
 */
#include "depthwise2d/depthwise2d_dsp.h"
#include "depthwise2d/depthwise2d_s8.h"

/* Words of the rows of a strip. */
#define TC_DEPTHWISE2D_STRIP 120

/* Channels at a time: 4, if their weights and a strip find room. */
TC_INLINE int32_t tc_depthwise2d_group(const tc_depthwise2d_shape *s) {
  return s->kernel_h * (s->kernel_w + 1) * 4 <= TC_DEPTHWISE2D_PAIRS ? 4 : 1;
}

/* The pairs of columns that so many outputs need. */
TC_INLINE int32_t tc_depthwise2d_columns(const tc_depthwise2d_shape *s,
                                         int32_t outputs) {
  return ((outputs - 1) * s->stride_w + s->kernel_w + 1) / 2;
}

/* Outputs in a strip, of as many strips as it takes: a multiple of 4, so that
 * all begin at an even column.  0 if there is no room for any. */
TC_INLINE int32_t tc_depthwise2d_strip(const tc_depthwise2d_shape *s) {
  const int32_t pairs =
      TC_DEPTHWISE2D_STRIP / (s->kernel_h * tc_depthwise2d_group(s));
  const int32_t most = ((2 * pairs - s->kernel_w) / s->stride_w + 1) / 4 * 4;
  const int32_t strips = most <= 0 ? 1 : (s->out_w + most - 1) / most;
  return most <= 0 ? 0 : (s->out_w + strips * 4 - 1) / (strips * 4) * 4;
}

/* n channels from o on of a row. */
TC_INLINE void tc_depthwise2d_dsp_channels(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    int32_t oy, int32_t o, const int32_t n, int8_t *y) {
  const int32_t strip = tc_depthwise2d_strip(s);
  const int32_t plane = s->kernel_h * tc_depthwise2d_columns(s, strip);
  const int32_t words = s->kernel_h * (s->kernel_w + 1);
  uint32_t rows[TC_DEPTHWISE2D_STRIP];
  uint32_t pairs[TC_DEPTHWISE2D_PAIRS];
  int32_t ox;
  int32_t i;
  for (i = 0; i < n; ++i) {
    tc_depthwise2d_pack(s, q, tc_depthwise2d_weight_steps(s), w + o + i,
                        pairs + i * words);
  }
  for (ox = 0; ox < s->out_w; ox += strip) {
    const int32_t outputs = tc_min(strip, s->out_w - ox);
    for (i = 0; i < s->kernel_h; ++i) {
      const int32_t iy = oy * s->stride_h - s->pad_top + i;
      tc_depthwise2d_widen(
          s, q, iy < 0 || iy >= s->in_h ? NULL : x + iy * s->in_w * s->in_c + o,
          s->in_c, n, ox * s->stride_w - s->pad_left,
          tc_depthwise2d_columns(s, outputs), plane, rows + i);
    }
    for (i = 0; i < n; ++i) {
      const tc_depthwise2d_channel c =
          tc_depthwise2d_channel_of(q, bias, mult, o + i, s->out_c, outputs);
      tc_depthwise2d_outputs(s, q, &c, rows + i * plane, pairs + i * words,
                             outputs, y + ox * s->out_c + o + i);
    }
  }
}

/* One row of outputs. */
TC_INLINE void tc_depthwise2d_dsp_row(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s8_quant *q,
                                      const int8_t *x, const int8_t *w,
                                      const int32_t *bias, const int32_t *mult,
                                      int32_t oy, int8_t *y) {
  const int32_t group = tc_depthwise2d_group(s);
  int32_t o;
  for (o = 0; o + group <= s->out_c; o += group) {
    tc_depthwise2d_dsp_channels(s, q, x, w, bias, mult, oy, o, group, y);
  }
  for (; o < s->out_c; ++o) {
    tc_depthwise2d_dsp_channels(s, q, x, w, bias, mult, oy, o, 1, y);
  }
}

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

TC_KERNEL void tc_depthwise2d_s8_dsp(const tc_depthwise2d_shape *s,
                                     const tc_depthwise2d_s8_quant *q,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero, int8_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (tc_depthwise2d_has_pairs(s, w_zero) && tc_depthwise2d_strip(s) > 0) {
        tc_depthwise2d_dsp_row(s, q, x, w, bias, mult, oy, y);
      } else if (tc_depthwise2d_is_column(s, w_zero)) {
        tc_depthwise2d_dsp_columns_row(s, q, x, w, bias, mult, oy, y);
      } else {
        tc_depthwise2d_s8_row(s, q, x, w, bias, mult, w_zero, oy, y);
      }
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
