/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with products of 16-bit pairs: the outputs of
 * windows over depthwise2d_pairs.h.
 */
#ifndef TC_DEPTHWISE2D_DSP_H_
#define TC_DEPTHWISE2D_DSP_H_

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_pairs.h"
#include "depthwise2d/depthwise3x3_dsp.h"
#include "tc_dsp.h"

/* Channel o, of n outputs that lie `step` apart. */
TC_INLINE tc_depthwise2d_channel tc_depthwise2d_channel_of(
    const tc_depthwise2d_s8_quant *q, const int32_t *bias, const int32_t *mult,
    int32_t o, int32_t step, int32_t n) {
  tc_depthwise2d_channel c;
  c.bias = tc_shift_left(bias[o], q->shift);
  c.mult = mult[o];
  c.out_zero = q->out_zero;
  c.step = step;
  c.fours = n / 4;
  return c;
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
    y[ox * c->step] = tc_depthwise2d_result(c, acc);
    if (odd || s->stride_w == 2) x += rows;
  }
  if (q->lo == -128 && q->hi == 127) return;
  for (i = 0; i < n; ++i) {
    y[i * c->step] = (int8_t)tc_clamp(y[i * c->step], q->lo, q->hi);
  }
}

#endif /* TC_DEPTHWISE2D_DSP_H_ */
