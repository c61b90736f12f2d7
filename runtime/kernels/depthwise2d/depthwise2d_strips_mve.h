/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution with Helium, where rows of outputs come one
 * by one and windows are two columns apart: channel by channel, with products
 * of 16 bytes.
 *
 * The rows of a window become a strip of columns, of 4 or 8 bytes each, of
 * which windows are bytes in a row:
 *
 *   rows of 3x3     the strip                            a window
 *   a0 a1 a2 ..     a0 b0 c0 -  a1 b1 c1 -  ..     =>    a0 b0 c0 - a1 b1 c1 -
 *   b0 b1 b2 ..                                          a2 b2 c2 -
 *   c0 c1 c2 ..
 */
#ifndef TC_DEPTHWISE2D_STRIPS_MVE_H_
#define TC_DEPTHWISE2D_STRIPS_MVE_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_strips_asm.h"
#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The most bytes of a strip. */
#define TC_DEPTHWISE2D_STRIP_BYTES 256

#if !TC_MVE_ASM

/* All that a job tells, for windows of so many bytes. */
TC_INLINE void tc_depthwise2d_strips_any(tc_depthwise2d_strips *job,
                                         const int32_t window,
                                         const int32_t bytes) {
  const int32_t results = 4 * job->fours + job->rest;
  const int32_t all = job->w_gathers + (job->w_last != 0);
  int32_t c;
  int32_t i;
  int32_t k;
  for (c = 0; c < job->channels; ++c) {
    for (i = 0; i < job->gathers; ++i) {
      for (k = 0; k < 8; ++k) {
        const int32_t at = c + i * job->x_step + job->x_at[k];
        const int32_t outside = job->outside >> (2 * k) & 1;
        job->inside[8 * i + k] = (int8_t)(outside ? job->in_zero : job->x[at]);
      }
    }
    for (i = 0; i < all; ++i) {
      const int32_t mask = i < job->w_gathers ? job->w_mask : job->w_last;
      for (k = 0; k < 8; ++k) {
        const int32_t at = c + i * job->w_step + job->w_at[k];
        job->weights[8 * i + k] =
            (int8_t)((mask >> (2 * k) & 1) != 0 ? job->w[at] : 0);
      }
    }
    for (i = 0; i < results; ++i) {
      int32_t v = job->bias[c];
      for (k = 0; k < window; ++k) {
        v += job->strip[2 * bytes * i + k] * job->weights[k];
      }
      v = tc_requant(v, job->mult[c], job->shift) + job->out_zero;
      job->y[c + i * (int32_t)job->y_at[1]] = (int8_t)tc_saturate8(v);
    }
  }
}

TC_NOINLINE static void tc_depthwise2d_strips16(tc_depthwise2d_strips *job) {
  tc_depthwise2d_strips_any(job, 16, 4);
}

TC_NOINLINE static void tc_depthwise2d_strips48(tc_depthwise2d_strips *job) {
  tc_depthwise2d_strips_any(job, 48, 8);
}

TC_NOINLINE static void tc_depthwise2d_strips64(tc_depthwise2d_strips *job) {
  tc_depthwise2d_strips_any(job, 64, 8);
}

#endif

/* Bytes of a column, and of a window. */
TC_INLINE int32_t tc_depthwise2d_strip_column(const tc_depthwise2d_shape *s) {
  return s->kernel_h <= 4 && s->kernel_w <= 4 ? 4 : 8;
}

TC_INLINE int32_t tc_depthwise2d_strip_window(const tc_depthwise2d_shape *s) {
  if (tc_depthwise2d_strip_column(s) == 4) return 16;
  return s->kernel_w <= 6 ? 48 : 64;
}

/* Bytes of the strip. */
TC_INLINE int32_t tc_depthwise2d_strip_bytes(const tc_depthwise2d_shape *s) {
  return tc_max(2 * (s->out_w - 1), s->pad_left + s->in_w) *
             tc_depthwise2d_strip_column(s) +
         tc_depthwise2d_strip_window(s);
}

/* Whether about as many instructions as strips take for a channel are less than
 * what a channel takes where 8 of them are done together. */
TC_INLINE int32_t tc_depthwise2d_strips_pay(const tc_depthwise2d_shape *s) {
  const int32_t fours = (s->out_w + 3) / 4;
  const int32_t strips = 50 + 5 * s->kernel_w +
                         s->in_w * tc_depthwise2d_strip_column(s) / 2 +
                         fours * (12 + tc_depthwise2d_strip_window(s) / 2);
  const int32_t runs = 35 + s->kernel_h * (6 + 9 * s->kernel_w);
  return s->out_c < 8 || 8 * strips < s->out_w * runs;
}

/* Whether this is for such a layer. */
TC_INLINE int32_t tc_depthwise2d_has_strips(const tc_depthwise2d_shape *s,
                                            const int32_t *w_zero) {
  return w_zero == NULL && s->in_c == s->out_c && s->stride_w == 2 &&
         s->dilation_h == 1 && s->dilation_w == 1 && s->out_w >= 4 &&
         s->kernel_h <= 8 && s->kernel_w <= 8 && s->pad_left < s->kernel_w &&
         (s->in_w % 2 == 0 || tc_depthwise2d_strip_column(s) == 8) &&
         s->kernel_h * s->in_w * s->in_c <= 65535 &&
         s->kernel_h * s->kernel_w * s->out_c <= 65535 &&
         tc_depthwise2d_strip_bytes(s) <= TC_DEPTHWISE2D_STRIP_BYTES &&
         tc_depthwise2d_strips_pay(s);
}

/* The lanes of the gathers, for a window of which these rows lie inside. */
TC_INLINE void tc_depthwise2d_strips_lanes(const tc_depthwise2d_shape *s,
                                           tc_range ky,
                                           tc_depthwise2d_strips *job) {
  const int32_t bytes = tc_depthwise2d_strip_column(s);
  int32_t i;
  job->outside = 0;
  job->w_mask = 0;
  job->w_last = 0;
  for (i = 0; i < 8; ++i) {
    const int32_t row = i % bytes;
    const int32_t column = i / bytes * s->in_c;
    const int32_t last = tc_max(ky.last - 1, ky.first);
    const int32_t lane = 3 << (2 * i);
    const int32_t inside = tc_clamp(row, ky.first, last) - ky.first;
    job->x_at[i] = (uint16_t)(column + inside * s->in_w * s->in_c);
    job->w_at[i] = (uint16_t)(column + row * s->kernel_w * s->out_c);
    if (row >= s->kernel_h) continue;
    job->w_mask |= lane;
    if (bytes == 4 && s->kernel_w % 2 != 0 && i < 4) job->w_last |= lane;
    if (row < ky.first || row >= ky.last) job->outside |= lane;
  }
}

/* One row of outputs. */
TC_INLINE void tc_depthwise2d_strips_row(const tc_depthwise2d_shape *s,
                                         const tc_depthwise2d_s8_quant *quant,
                                         const int8_t *x, const int8_t *w,
                                         const int32_t *bias,
                                         const int32_t *mult, int32_t oy,
                                         int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const int32_t bytes = tc_depthwise2d_strip_column(s);
  const int32_t columns = 8 / bytes; /* of a gather */
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, 1, s->in_h);
  const int32_t row = tc_clamp(top + ky.first, 0, s->in_h - 1);
  int8_t strip[TC_DEPTHWISE2D_STRIP_BYTES];
  int8_t weights[64];
  tc_depthwise2d_strips job;
  int32_t i;
  memset(strip, q.in_zero, sizeof strip);
  memset(weights, 0, sizeof weights);
  tc_depthwise2d_strips_lanes(s, ky, &job);
  job.x = x + row * s->in_w * s->in_c;
  job.w = w;
  job.bias = bias;
  job.mult = mult;
  job.y = y;
  job.channels = s->out_c;
  job.gathers = s->in_w / columns;
  job.x_step = columns * s->in_c;
  job.inside = strip + s->pad_left * bytes;
  job.strip = strip;
  job.in_zero = q.in_zero;
  job.w_gathers = s->kernel_w / columns;
  job.w_step = columns * s->out_c;
  job.weights = weights;
  job.rest = s->out_w % 4;
  job.fours = s->out_w / 4;
  job.y_step = 4 * s->out_c;
  job.y_back = (4 - job.rest) * s->out_c;
  job.out_zero = q.out_zero;
  job.shift = q.shift;
  job.strip_back = (4 - job.rest) * 2 * bytes;
  for (i = 0; i < 4; ++i) job.y_at[i] = (uint32_t)(i * s->out_c);
  switch (tc_depthwise2d_strip_window(s)) {
    case 16:
      tc_depthwise2d_strips16(&job);
      break;
    case 48:
      tc_depthwise2d_strips48(&job);
      break;
    default:
      tc_depthwise2d_strips64(&job);
      break;
  }
  tc_clamp_bytes(y, s->out_w * s->out_c, q.lo, q.hi);
}

#endif /* TC_DEPTHWISE2D_STRIPS_MVE_H_ */
