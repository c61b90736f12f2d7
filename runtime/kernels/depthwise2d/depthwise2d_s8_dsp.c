/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with products of 16-bit pairs: row by row,
 * one channel of a strip of columns at a time, or where windows are one column,
 * one output of 4 channels.
 */
#include "depthwise2d/depthwise2d_column.h"
#include "depthwise2d/depthwise2d_dsp.h"
#include "depthwise2d/depthwise2d_s8.h"

/* Words of the weights of a group of channels and of the rows of a strip: those
 * of 7x7 with 15 pairs of columns, 12 outputs at stride 2. */
#define TC_DEPTHWISE2D_ROOM (TC_DEPTHWISE2D_PAIRS + 105)

/* Channels at a time: 4, if their weights and a strip find room. */
TC_INLINE int32_t tc_depthwise2d_group(const tc_depthwise2d_shape *s) {
  return s->kernel_h * (s->kernel_w + 1) * 4 <= TC_DEPTHWISE2D_PAIRS ? 4 : 1;
}

/* The words of their weights. */
TC_INLINE int32_t tc_depthwise2d_group_words(const tc_depthwise2d_shape *s) {
  return tc_depthwise2d_group(s) * s->kernel_h * (s->kernel_w + 1);
}

/* The pairs of columns that so many outputs need. */
TC_INLINE int32_t tc_depthwise2d_columns(const tc_depthwise2d_shape *s,
                                         int32_t outputs) {
  return ((outputs - 1) * s->stride_w + s->kernel_w + 1) / 2;
}

/* Outputs in a strip, of as many strips as it takes: a multiple of 4, so that
 * all begin at an even column.  0 if there is no room for any. */
TC_INLINE int32_t tc_depthwise2d_strip(const tc_depthwise2d_shape *s) {
  const int32_t pairs = (TC_DEPTHWISE2D_ROOM - tc_depthwise2d_group_words(s)) /
                        (s->kernel_h * tc_depthwise2d_group(s));
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
  uint32_t pairs[TC_DEPTHWISE2D_ROOM];
  uint32_t *const rows = pairs + tc_depthwise2d_group_words(s);
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
