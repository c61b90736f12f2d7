/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with products of 16-bit pairs: kernel_h rows
 * of one channel as pairs of neighbours, and weights that meet them.
 *
 * Rows are padded, so that no window differs from others; a pair of columns has
 * kernel_h words, one for each row.  Weights are pairs twice, for windows that
 * begin at an even column and at an odd one:
 *
 *     columns   (x0, x1) (x2, x3)
 *     even      (w0, w1) (w2, 0)
 *     odd       (0, w0)  (w1, w2)
 *
 * The power of two of the quantization is a factor of the weights, as far as 16
 * bits hold it, and what is left of it (x_shift) of the rows: it is at most 16,
 * and the sums are known to stay within 32 bits.
 */
#ifndef TC_DEPTHWISE2D_PAIRS_H_
#define TC_DEPTHWISE2D_PAIRS_H_

#include "depthwise2d/depthwise2d.h"
#include "tc_dsp.h"

/* The most pairs of weights that a channel may have. */
#define TC_DEPTHWISE2D_PAIRS 56 /* those of 7x7 */

/* Whether this is for such a layer: there are pairs of columns, and not many
 * more taps than pixels in a row. */
TC_INLINE int32_t tc_depthwise2d_has_pairs(const tc_depthwise2d_shape *s,
                                           const int32_t *w_zero) {
  return s->in_c == s->out_c && w_zero == NULL && s->stride_w <= 2 &&
         s->dilation_h == 1 && s->dilation_w == 1 && s->kernel_w > 1 &&
         s->kernel_w <= 2 * s->out_w &&
         s->kernel_h * (s->kernel_w + 1) <= TC_DEPTHWISE2D_PAIRS;
}

TC_INLINE int32_t tc_depthwise2d_x_shift(const tc_depthwise2d_s8_quant *q) {
  return tc_clamp(q->shift - 8, 0, 8);
}

/* A pair of 2^shift * low and 2^shift * high. */
TC_INLINE uint32_t tc_depthwise2d_pair(int32_t low, int32_t high,
                                       int32_t shift) {
  return tc_lows((uint32_t)tc_shift_left(low, shift),
                 (uint32_t)tc_shift_left(high, shift));
}

/* How far neighbours lie apart in memory. */
typedef struct {
  int32_t column;
  int32_t row;
} tc_depthwise2d_steps;

TC_INLINE tc_depthwise2d_steps
tc_depthwise2d_weight_steps(const tc_depthwise2d_shape *s) {
  tc_depthwise2d_steps steps;
  steps.column = s->out_c;
  steps.row = s->kernel_w * s->out_c;
  return steps;
}

/* Weight j of a row of the kernel, or 0. */
TC_INLINE int32_t tc_depthwise2d_weight(const tc_depthwise2d_shape *s,
                                        const int8_t *row, int32_t step,
                                        int32_t j) {
  return j < 0 || j >= s->kernel_w ? 0 : row[j * step];
}

/* The weights w of a channel as pairs, row by row: even ones and odd ones. */
TC_INLINE void tc_depthwise2d_pack(const tc_depthwise2d_shape *s,
                                   const tc_depthwise2d_s8_quant *q,
                                   tc_depthwise2d_steps steps, const int8_t *w,
                                   uint32_t *to) {
  const int32_t shift = q->shift - tc_depthwise2d_x_shift(q);
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    const int8_t *const row = w + i * steps.row;
    const int32_t step = steps.column;
    for (j = 0; j < s->kernel_w; j += 2) {
      *to++ = tc_depthwise2d_pair(tc_depthwise2d_weight(s, row, step, j),
                                  tc_depthwise2d_weight(s, row, step, j + 1),
                                  shift);
    }
    for (j = 0; j <= s->kernel_w; j += 2) {
      *to++ =
          tc_depthwise2d_pair(tc_depthwise2d_weight(s, row, step, j - 1),
                              tc_depthwise2d_weight(s, row, step, j), shift);
    }
  }
}

/* A column of n channels, 1 or 4: its bytes. */
TC_INLINE uint32_t tc_depthwise2d_column(const int8_t *x, const int32_t n) {
  return n == 1 ? (uint32_t)*x : tc_load4(x);
}

/* A pair of columns, in a plane for each channel. */
TC_INLINE void tc_depthwise2d_put(uint32_t a, uint32_t b, const int32_t n,
                                  int32_t plane, uint32_t *to) {
  if (n == 1) {
    *to = tc_lows(a, b);
  } else {
    uint32_t pairs[4];
    tc_zip4(a, b, pairs);
    to[0] = pairs[0];
    to[plane] = pairs[1];
    to[2 * plane] = pairs[2];
    to[3 * plane] = pairs[3];
  }
}

/*
 * Columns first .. first + 2 * pairs - 1 of a row of the image, which begins at
 * x with columns `step` apart, of n channels, 1 or 4, which go to planes
 * `plane` words apart; in_zero where x is NULL or ends.  `first` may be
 * negative.
 */
TC_INLINE void tc_depthwise2d_widen(const tc_depthwise2d_shape *s,
                                    const tc_depthwise2d_s8_quant *q,
                                    const int8_t *x, int32_t step,
                                    const int32_t n, int32_t first,
                                    int32_t pairs, int32_t plane,
                                    uint32_t *to) {
  const int32_t shift = tc_depthwise2d_x_shift(q);
  const uint32_t zero = n == 1 ? (uint32_t)q->in_zero
                               : ((uint32_t)q->in_zero & 0xffu) * 0x01010101u;
  const int32_t left = x == NULL ? 2 * pairs : tc_max(-first, 0);
  const int32_t rows = s->kernel_h;
  int32_t i;
  int32_t c;
  for (i = 0; i < tc_min(left / 2, pairs); ++i) {
    tc_depthwise2d_put(zero, zero, n, plane, to + i * rows);
  }
  if (x != NULL) {
    const int32_t inside = tc_min((s->in_w - first) / 2, pairs);
    x += (first + 2 * i) * step;
    if (left % 2 != 0) {
      const uint32_t b = tc_depthwise2d_column(x + step, n);
      tc_depthwise2d_put(zero, b, n, plane, to + i++ * rows);
      x += 2 * step;
    }
    for (; i < inside; ++i) {
      const uint32_t a = tc_depthwise2d_column(x, n);
      const uint32_t b = tc_depthwise2d_column(x + step, n);
      tc_depthwise2d_put(a, b, n, plane, to + i * rows);
      x += 2 * step;
    }
    if (i < pairs && (s->in_w - first) % 2 != 0) {
      tc_depthwise2d_put(tc_depthwise2d_column(x, n), zero, n, plane,
                         to + i++ * rows);
    }
    for (; i < pairs; ++i)
      tc_depthwise2d_put(zero, zero, n, plane, to + i * rows);
  }
  if (shift == 0) return;
  for (c = 0; c < n; ++c) {
    for (i = 0; i < pairs; ++i) {
      uint32_t *const pair = to + c * plane + i * rows;
      *pair = tc_depthwise2d_pair(tc_low(*pair), tc_high(*pair), shift);
    }
  }
}

#endif /* TC_DEPTHWISE2D_PAIRS_H_ */
