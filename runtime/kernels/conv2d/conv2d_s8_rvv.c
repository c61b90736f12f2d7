/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution with RISC-V's vectors: blocks of 32 output channels, 3
 * pixels at a time whose windows lie inside the image, and 1 where they reach
 * out of it.
 */
#include <string.h>

#include "conv2d/conv2d.h"
#include "tc_bytes.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_rvv_sums.h"
#include "tc_window.h"

/* Whether neighbouring taps of a row are neighbours in memory, or else only
 * those of a pixel. */
TC_INLINE int32_t tc_conv2d_rvv_is_fused(const tc_conv2d_shape *s) {
  return s->group == 1 && s->dilation_w == 1;
}

/* What tells the job which taps of the window at (top, left) lie inside. */
TC_INLINE void tc_conv2d_rvv_window(const tc_conv2d_shape *s, const int8_t *x,
                                    int32_t top, int32_t left, tc_range ky,
                                    tc_range kx, tc_rvv_sums_job *job) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t valid = kx.last - kx.first;
  const int32_t fused = tc_conv2d_rvv_is_fused(s);
  const int32_t iy = top + ky.first * s->dilation_h;
  const int32_t ix = left + kx.first * s->dilation_w;
  job->w_row = (s->kernel_w - valid) * in_c;
  job->w_block = s->kernel_h * s->kernel_w * in_c;
  job->x[0] = x;
  if (valid == 0 || ky.last == ky.first) { /* none */
    job->rows = job->columns = 1;
    job->taps = 0;
    return;
  }
  job->x[0] += (iy * s->in_w + ix) * s->in_c;
  job->rows = ky.last - ky.first;
  job->columns = fused ? 1 : valid;
  job->taps = fused ? valid * in_c : in_c;
  job->x_column = s->dilation_w * s->in_c - in_c;
  job->x_row =
      (s->dilation_h * s->in_w - (valid - 1) * s->dilation_w) * s->in_c - in_c;
}

/* The channels of one output, some of whose taps lie outside; bias, mult and w
 * begin at the group. */
TC_INLINE void tc_conv2d_rvv_border(const tc_conv2d_shape *s, int32_t in_zero,
                                    const int8_t *w, const int32_t *bias,
                                    const int32_t *mult, tc_range ky,
                                    tc_range kx, int8_t *y,
                                    tc_rvv_sums_job *job) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t row = s->kernel_w * in_c;
  int32_t o;
  int32_t n;
  int32_t i;
  for (o = 0; o < out_c; o += n) {
    int32_t start[TC_RVV_BLOCK];
    n = tc_min(out_c - o, TC_RVV_BLOCK);
    memcpy(start, bias + o, (size_t)n * sizeof *bias);
    if (in_zero != 0) {
      tc_rvv_sums_pad(start, in_zero, w, ky.first * row, n);
      for (i = ky.first; i < ky.last; ++i) {
        tc_rvv_sums_pad(start, in_zero, w + i * row * n, kx.first * in_c, n);
        tc_rvv_sums_pad(start, in_zero, w + (i * row + kx.last * in_c) * n,
                        (s->kernel_w - kx.last) * in_c, n);
      }
      tc_rvv_sums_pad(start, in_zero, w + ky.last * row * n,
                      (s->kernel_h - ky.last) * row, n);
    }
    job->w = w + (ky.first * row + kx.first * in_c) * n;
    job->start = start;
    job->mult = mult + o;
    job->channels = n;
    job->y[0] = y + o;
    tc_rvv_sums_one(job);
    w += job->w_block * n;
  }
}

/* One output row of a group; x, w, bias, mult and y begin at it. */
TC_INLINE void tc_conv2d_rvv_row(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const int8_t *w, const int32_t *bias,
                                 const int32_t *mult, int32_t oy, int8_t *y) {
  const int32_t top = oy * s->stride_h - s->pad_top;
  const int32_t x_step = s->stride_w * s->in_c;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  tc_rvv_sums_job job;
  int32_t ox;
  int32_t pixels;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (ox = 0; ox < s->out_w; ox += pixels) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const int32_t rest = inside.last - ox;
    pixels = 1;
    tc_conv2d_rvv_window(s, x, top, left, ky, kx, &job);
    if (ky.last - ky.first < s->kernel_h || ox < inside.first || rest <= 0) {
      tc_conv2d_rvv_border(s, q->in_zero, w, bias, mult, ky, kx,
                           y + ox * s->out_c, &job);
      continue;
    }
    job.w = w;
    job.start = bias;
    job.mult = mult;
    job.channels = s->out_c / s->group;
    job.y[0] = y + ox * s->out_c;
    if (rest >= 3 || (rest == 2 && ox > inside.first)) {
      /* The last two of a row come with the one before, for the second time. */
      const int32_t back = rest == 2;
      pixels = 3 - back;
      job.x[0] -= back * x_step;
      job.x[1] = job.x[0] + x_step;
      job.x[2] = job.x[1] + x_step;
      job.y[0] -= back * s->out_c;
      job.y[1] = job.y[0] + s->out_c;
      job.y[2] = job.y[1] + s->out_c;
      tc_rvv_sums_three(&job);
    } else {
      tc_rvv_sums_one(&job);
    }
  }
}

/* One output row with zero points of weights; x is the image, y the row. */
TC_INLINE void tc_conv2d_rvv_row_any(const tc_conv2d_shape *s,
                                     const tc_conv2d_s8_quant *q,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero, int32_t oy,
                                     int8_t *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t taps = s->kernel_h * s->kernel_w * in_c;
  int32_t ox;
  int32_t o;
  int32_t k;
  for (ox = 0; ox < s->out_w; ++ox) {
    for (o = 0; o < s->out_c; ++o) {
      const int32_t in_block = o % out_c % TC_RVV_BLOCK;
      const int32_t first = o % out_c - in_block; /* of the block */
      const int32_t n = tc_min(out_c - first, TC_RVV_BLOCK);
      const int8_t *ws = w + (o - in_block) * taps + in_block;
      int32_t acc = bias[o];
      for (k = 0; k < taps; ++k) {
        const int32_t at = k / in_c;
        const int32_t iy =
            oy * s->stride_h - s->pad_top + at / s->kernel_w * s->dilation_h;
        const int32_t ix =
            ox * s->stride_w - s->pad_left + at % s->kernel_w * s->dilation_w;
        const int32_t v =
            iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w
                ? x[(iy * s->in_w + ix) * s->in_c + o / out_c * in_c + k % in_c]
                : q->in_zero;
        acc += v * (*ws - w_zero[o]);
        ws += n;
      }
      *y++ = (int8_t)tc_clamp_offset(tc_requant(acc, mult[o], q->shift),
                                     q->out_zero, q->lo, q->hi);
    }
  }
}

TC_KERNEL void tc_conv2d_s8_rvv(const tc_conv2d_shape *s,
                                const tc_conv2d_s8_quant *quant,
                                const int8_t *x, const int8_t *w,
                                const int32_t *bias, const int32_t *mult,
                                const int32_t *w_zero, int8_t *y) {
  const tc_conv2d_s8_quant q = *quant; /* y might be its bytes */
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t taps = s->kernel_h * s->kernel_w * in_c;
  int32_t n;
  int32_t oy;
  int32_t g;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      if (w_zero != NULL) {
        tc_conv2d_rvv_row_any(s, &q, x, w, bias, mult, w_zero, oy, y);
      } else {
        for (g = 0; g < s->group; ++g) {
          const int32_t o = g * out_c;
          tc_conv2d_rvv_row(s, &q, x + g * in_c, w + o * taps, bias + o,
                            mult + o, oy, y + o);
        }
        tc_clamp_bytes(y, s->out_w * s->out_c, q.lo, q.hi);
      }
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
