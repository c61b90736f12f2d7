/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for cores that multiply pairs of 16-bit numbers, with
 * the weights of tc_paired.h.  The taps of two pixels are gathered and widened
 * to 16 bits, padding included, and serve all channels.
 */
#include <string.h>

#include "conv2d/conv2d.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_paired.h"

typedef struct {
  int32_t y;
  int32_t x;
} tc_conv2d_pixel;

/* `count` neighbouring pixels of row iy from column ix on, if need be put
 * together in `padded`. */
TC_INLINE const int8_t *tc_conv2d_s8_run(const tc_conv2d_shape *s, int32_t zero,
                                         const int8_t *x, int32_t iy,
                                         int32_t ix, int32_t count,
                                         int8_t *padded) {
  const int8_t *const row = x + iy * s->in_w * s->in_c;
  const int32_t first = tc_max(-ix, 0);
  const int32_t last = tc_min(s->in_w - ix, count);
  if (iy >= 0 && iy < s->in_h && ix >= 0 && ix + count <= s->in_w) {
    return row + ix * s->in_c;
  }
  memset(padded, zero, (size_t)(count * s->in_c));
  if (iy >= 0 && iy < s->in_h && first < last) {
    memcpy(padded + first * s->in_c, row + (ix + first) * s->in_c,
           (size_t)((last - first) * s->in_c));
  }
  return padded;
}

/* The pairs of all taps of two pixels; `padded` is for two runs. */
TC_INLINE void tc_conv2d_s8_gather(const tc_conv2d_shape *s, int32_t zero,
                                   const int8_t *x, tc_conv2d_pixel a,
                                   tc_conv2d_pixel b, uint32_t *pairs,
                                   int8_t *padded) {
  const int32_t fused = s->dilation_w == 1;
  const int32_t count = fused ? s->kernel_w : 1; /* pixels of a run */
  const int32_t runs = fused ? 1 : s->kernel_w;  /* in a row of the kernel */
  const int32_t run = count * s->in_c;
  uint32_t *rest = pairs + s->kernel_h * runs * (run / 4 * 4);
  int32_t odd = 0; /* whether the last pair of `rest` lacks its second half */
  int32_t i;
  int32_t j;
  int32_t k;
  for (i = 0; i < s->kernel_h; ++i) {
    const int32_t ay = a.y * s->stride_h - s->pad_top + i * s->dilation_h;
    const int32_t by = b.y * s->stride_h - s->pad_top + i * s->dilation_h;
    for (j = 0; j < runs; ++j) {
      const int32_t ax = a.x * s->stride_w - s->pad_left + j * s->dilation_w;
      const int32_t bx = b.x * s->stride_w - s->pad_left + j * s->dilation_w;
      const int8_t *const u =
          tc_conv2d_s8_run(s, zero, x, ay, ax, count, padded);
      const int8_t *const v =
          tc_conv2d_s8_run(s, zero, x, by, bx, count, padded + run);
      pairs = tc_widen_two(pairs, u, v, run / 4);
      for (k = run / 4 * 4; k < run; ++k) {
        if (odd) {
          rest[-2] |= tc_pair(0, u[k]);
          rest[-1] |= tc_pair(0, v[k]);
        } else {
          *rest++ = tc_pair(u[k], 0);
          *rest++ = tc_pair(v[k], 0);
        }
        odd = !odd;
      }
    }
  }
}

TC_INLINE void tc_conv2d_s8_next(const tc_conv2d_shape *s,
                                 tc_conv2d_pixel *pixel) {
  if (++pixel->x == s->out_w) {
    pixel->x = 0;
    ++pixel->y;
  }
}

/* scratch: the pairs of two pixels, then two runs of bytes. */
TC_KERNEL void tc_conv2d_s8_paired(const tc_conv2d_shape *s,
                                   const tc_conv2d_s8_quant *q, const int8_t *x,
                                   const uint32_t *w, uint32_t *scratch,
                                   int8_t *y) {
  const int32_t taps = s->kernel_w * s->in_c;
  const int32_t pairs =
      s->dilation_w == 1 ? tc_paired_pairs(s->kernel_h, taps)
                         : tc_paired_pairs(s->kernel_h * s->kernel_w, s->in_c);
  const int32_t pixels = s->out_h * s->out_w;
  tc_paired_job job;
  int32_t n;
  int32_t i;
  job.w = w;
  job.x = scratch;
  job.x_end = scratch + 2 * pairs;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    tc_conv2d_pixel a = {0, 0};
    for (i = 0; i < pixels; i += 2) {
      const int32_t count = tc_min(pixels - i, 2);
      tc_conv2d_pixel b = a;
      if (count == 2) tc_conv2d_s8_next(s, &b);
      tc_conv2d_s8_gather(s, q->in_zero, x, a, b, scratch,
                          (int8_t *)(scratch + 2 * pairs));
      tc_paired_channels(&job, q, 2, count, s->out_c, y);
      y += count * s->out_c;
      a = b;
      tc_conv2d_s8_next(s, &a);
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
