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
 * bits hold it, and what is left of it (x_shift) of the rows: the sums are
 * known to stay within 32 bits.
 */
#ifndef TC_DEPTHWISE2D_DSP_H_
#define TC_DEPTHWISE2D_DSP_H_

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise3x3_dsp.h"
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

/* Weight j of a row of the kernel, or 0. */
TC_INLINE int32_t tc_depthwise2d_weight(const tc_depthwise2d_shape *s,
                                        const int8_t *row, int32_t j) {
  return j < 0 || j >= s->kernel_w ? 0 : row[j * s->out_c];
}

/* The weights of channel o as pairs, row by row: even ones and odd ones. */
TC_INLINE void tc_depthwise2d_pack(const tc_depthwise2d_shape *s,
                                   const tc_depthwise2d_s8_quant *q,
                                   const int8_t *w, int32_t o, uint32_t *to) {
  const int32_t shift = q->shift - tc_depthwise2d_x_shift(q);
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    const int8_t *const row = w + i * s->kernel_w * s->out_c + o;
    for (j = 0; j < s->kernel_w; j += 2) {
      *to++ = tc_depthwise2d_pair(tc_depthwise2d_weight(s, row, j),
                                  tc_depthwise2d_weight(s, row, j + 1), shift);
    }
    for (j = 0; j <= s->kernel_w; j += 2) {
      *to++ = tc_depthwise2d_pair(tc_depthwise2d_weight(s, row, j - 1),
                                  tc_depthwise2d_weight(s, row, j), shift);
    }
  }
}

/* Channel o, of n outputs. */
TC_INLINE tc_depthwise2d_channel tc_depthwise2d_channel_of(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int32_t *bias, const int32_t *mult, int32_t o, int32_t n) {
  tc_depthwise2d_channel c;
  c.bias = tc_shift_left(bias[o], q->shift);
  c.mult = mult[o];
  c.out_zero = q->out_zero;
  c.step = s->out_c;
  c.fours = n / 4;
  return c;
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
 * x, of n channels, 1 or 4, which go to planes `plane` words apart; in_zero
 * where x is NULL or ends.  `first` may be negative.
 */
TC_INLINE void tc_depthwise2d_widen(const tc_depthwise2d_shape *s,
                                    const tc_depthwise2d_s8_quant *q,
                                    const int8_t *x, const int32_t n,
                                    int32_t first, int32_t pairs, int32_t plane,
                                    uint32_t *to) {
  const int32_t step = s->in_c;
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

/* Adds a row of windows to the sums of 4 outputs. */
TC_INLINE void tc_depthwise2d_taps4(const tc_depthwise2d_shape *s,
                                    const uint32_t *x, const uint32_t *w,
                                    int32_t acc[4]) {
  const int32_t rows = s->kernel_h;
  const int32_t even = (s->kernel_w + 1) / 2;
  int32_t j;
  if (s->stride_w == 2) {
    for (j = 0; j < even; ++j) {
      acc[0] = tc_mac2(x[j * rows], w[j], acc[0]);
      acc[1] = tc_mac2(x[(j + 1) * rows], w[j], acc[1]);
      acc[2] = tc_mac2(x[(j + 2) * rows], w[j], acc[2]);
      acc[3] = tc_mac2(x[(j + 3) * rows], w[j], acc[3]);
    }
  } else if (s->kernel_w == 3) { /* two of the pairs have all weights */
    const uint32_t w01 = w[0];
    const uint32_t w12 = w[3];
    acc[0] = tc_mac2(x[0], w01, acc[0]);
    acc[1] = tc_mac_low_high(w01, x[0], acc[1]);
    acc[0] = tc_mac_low_high(x[rows], w12, acc[0]);
    acc[1] = tc_mac2(x[rows], w12, acc[1]);
    acc[2] = tc_mac2(x[rows], w01, acc[2]);
    acc[3] = tc_mac_low_high(w01, x[rows], acc[3]);
    acc[2] = tc_mac_low_high(x[2 * rows], w12, acc[2]);
    acc[3] = tc_mac2(x[2 * rows], w12, acc[3]);
  } else {
    for (j = 0; j < even; ++j) {
      acc[0] = tc_mac2(x[j * rows], w[j], acc[0]);
      acc[2] = tc_mac2(x[(j + 1) * rows], w[j], acc[2]);
    }
    w += even;
    for (j = 0; j < s->kernel_w / 2 + 1; ++j) {
      acc[1] = tc_mac2(x[j * rows], w[j], acc[1]);
      acc[3] = tc_mac2(x[(j + 1) * rows], w[j], acc[3]);
    }
  }
}

TC_INLINE int8_t tc_depthwise2d_result(const tc_depthwise2d_channel *c,
                                       int32_t acc) {
  return (int8_t)tc_saturate8(tc_requant_add(acc, c->mult, c->out_zero));
}

/* 4 * c->fours neighbouring outputs; see tc_depthwise2d_outputs. */
TC_INLINE void tc_depthwise2d_fours(const tc_depthwise2d_shape *s,
                                    const tc_depthwise2d_channel *c,
                                    const uint32_t *x, const uint32_t *w,
                                    int8_t *y) {
  int32_t n;
  int32_t i;
  for (n = 0; n < c->fours; ++n) {
    int32_t acc[4];
    acc[0] = acc[1] = acc[2] = acc[3] = c->bias;
    for (i = 0; i < s->kernel_h; ++i) {
      tc_depthwise2d_taps4(s, x + i, w + i * (s->kernel_w + 1), acc);
    }
    for (i = 0; i < 4; ++i) {
      *y = tc_depthwise2d_result(c, acc[i]);
      y += c->step;
    }
    x += 2 * s->stride_w * s->kernel_h;
  }
}

/* n neighbouring outputs; the first window begins at x, and w are the pairs of
 * x's row and of those after it. */
TC_INLINE void tc_depthwise2d_outputs(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s8_quant *q,
                                      const tc_depthwise2d_channel *c,
                                      const uint32_t *x, const uint32_t *w,
                                      int32_t n, int8_t *y) {
  const int32_t rows = s->kernel_h;
  const int32_t words = s->kernel_w + 1;
  const int32_t even = words / 2;
  int32_t ox;
  int32_t i;
  int32_t j;
  if (c->fours != 0) {
#if TC_DSP_ASM
    if (rows == 3 && s->kernel_w == 3 && s->stride_w == 1) {
      tc_depthwise3x3_fours(x, w, c, y);
    } else if (rows == 3 && s->kernel_w == 3) {
      tc_depthwise3x3_fours_by2(x, w, c, y);
    } else
#endif
    {
      tc_depthwise2d_fours(s, c, x, w, y);
    }
  }
  x += c->fours * 2 * s->stride_w * rows;
  for (ox = n / 4 * 4; ox < n; ++ox) {
    const int32_t odd = s->stride_w == 1 && ox % 2 != 0;
    int32_t acc = c->bias;
    for (i = 0; i < rows; ++i) {
      for (j = 0; j < (odd ? words - even : even); ++j) {
        acc =
            tc_mac2(x[j * rows + i], w[i * words + (odd ? even : 0) + j], acc);
      }
    }
    y[ox * s->out_c] = tc_depthwise2d_result(c, acc);
    if (odd || s->stride_w == 2) x += rows;
  }
  if (q->lo == -128 && q->hi == 127) return;
  for (i = 0; i < n; ++i) {
    y[i * s->out_c] = (int8_t)tc_clamp(y[i * s->out_c], q->lo, q->hi);
  }
}

#endif /* TC_DEPTHWISE2D_DSP_H_ */
