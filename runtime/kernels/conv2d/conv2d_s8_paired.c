/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for cores that multiply pairs of 16-bit numbers, with
 * the weights of tc_paired.h.  The taps of two pixels are gathered and widened
 * to 16 bits, padding included, and serve all channels.
 */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_pixel.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_paired.h"

/* The groups of four of a run of one pixel, or of two in turn. */
TC_INLINE uint32_t *tc_conv2d_s8_widen(uint32_t *pairs, const int8_t *a,
                                       const int8_t *b, int32_t fours,
                                       int32_t pixels) {
  int32_t k;
  if (pixels == 2 && fours > 2) return tc_widen_two(pairs, a, b, fours);
  for (k = 0; k < fours; ++k) {
    const uint32_t u = tc_load4(a + 4 * k);
    const uint32_t v = pixels == 2 ? tc_load4(b + 4 * k) : 0;
    *pairs++ = tc_even_bytes(u);
    if (pixels == 2) *pairs++ = tc_even_bytes(v);
    *pairs++ = tc_odd_bytes(u);
    if (pixels == 2) *pairs++ = tc_odd_bytes(v);
  }
  return pairs;
}

/* The pairs of all taps of one pixel, or of two in turn; `padded` is for a run
 * of each. */
TC_INLINE void tc_conv2d_s8_gather(const tc_conv2d_shape *s, int32_t zero,
                                   const int8_t *x, tc_conv2d_pixel a,
                                   tc_conv2d_pixel b, int32_t pixels,
                                   uint32_t *pairs, int8_t *padded) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t runs = s->kernel_w / count; /* in a row of the kernel */
  const int32_t run = count * s->in_c;
  uint32_t *rest = pairs + pixels * s->kernel_h * runs * (run / 4 * 2);
  int32_t odd = 0; /* whether the last pair of `rest` lacks its second half */
  int32_t i;
  int32_t j;
  int32_t k;
  for (i = 0; i < s->kernel_h; ++i) {
    for (j = 0; j < runs; ++j) {
      const int8_t *const u = tc_conv2d_s8_run(s, zero, x, a, i, j, padded);
      const int8_t *const v =
          pixels == 2 ? tc_conv2d_s8_run(s, zero, x, b, i, j, padded + run) : u;
      pairs = tc_conv2d_s8_widen(pairs, u, v, run / 4, pixels);
      for (k = run / 4 * 4; k < run; ++k) {
        if (odd) {
          rest[-pixels] |= tc_pair(0, u[k]);
          if (pixels == 2) rest[-1] |= tc_pair(0, v[k]);
        } else {
          *rest++ = tc_pair(u[k], 0);
          if (pixels == 2) *rest++ = tc_pair(v[k], 0);
        }
        odd = !odd;
      }
    }
  }
}

/* scratch: the pairs of two pixels, then two runs of bytes where windows reach
 * out of the image. */
TC_KERNEL void tc_conv2d_s8_paired(const tc_conv2d_shape *s,
                                   const tc_conv2d_s8_quant *q, const int8_t *x,
                                   const uint32_t *w, uint32_t *scratch,
                                   int8_t *y) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t pairs =
      tc_paired_pairs(s->kernel_h * (s->kernel_w / count), count * s->in_c);
  const int32_t pixels = s->out_h * s->out_w;
  int8_t *const padded = (int8_t *)(scratch + 2 * pairs);
  tc_paired_job job;
  int32_t n;
  int32_t i;
  job.w = w;
  job.x = scratch;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    tc_conv2d_pixel a = {0, 0};
    job.x_end = scratch + 2 * pairs;
    for (i = 0; i + 2 <= pixels; i += 2) {
      tc_conv2d_pixel b = a;
      tc_conv2d_next(s, &b);
      tc_conv2d_s8_gather(s, q->in_zero, x, a, b, 2, scratch, padded);
      tc_paired_channels(&job, q, 2, s->out_c, y);
      y += 2 * s->out_c;
      a = b;
      tc_conv2d_next(s, &a);
    }
    if (pixels % 2 != 0) {
      job.x_end = scratch + pairs;
      tc_conv2d_s8_gather(s, q->in_zero, x, a, a, 1, scratch, padded);
      tc_paired_channels(&job, q, 1, s->out_c, y);
      y += s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
