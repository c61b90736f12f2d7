/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for Armv6-M, with the weights of tc_twin.h.  The taps
 * of two pixels are gathered into words, padding included, and serve all
 * channels.
 */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_pixel.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_twin.h"

/* The words of all taps of pixels a and b; `padded` is for a run of each. */
TC_INLINE void tc_conv2d_s8_join(const tc_conv2d_shape *s, int32_t zero,
                                 const int8_t *x, tc_conv2d_pixel a,
                                 tc_conv2d_pixel b, uint32_t *words,
                                 int8_t *padded) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t run = count * s->in_c;
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    for (j = 0; j < s->kernel_w; j += count) {
      const int8_t *const u = tc_conv2d_s8_run(s, zero, x, a, i, j, padded);
      const int8_t *const v =
          tc_conv2d_s8_run(s, zero, x, b, i, j, padded + run);
      words = tc_twin_join(words, u, v, run);
    }
  }
}

/* scratch: an even number of words, then two runs of bytes where windows reach
 * out of the image. */
TC_KERNEL void tc_conv2d_s8_twin(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const uint32_t *w, uint32_t *scratch,
                                 int8_t *y) {
  const int32_t taps = s->kernel_h * s->kernel_w * s->in_c;
  const int32_t words = 2 * tc_twin_pairs(taps);
  const int32_t pixels = s->out_h * s->out_w;
  const int32_t zero = q->in_zero;
  int8_t *const padded = (int8_t *)(scratch + words);
  tc_twin_job job;
  int32_t n;
  int32_t i;
  job.w = w;
  job.x = scratch;
  job.x_end = scratch + words;
  job.shift = q->shift;
  job.lo = q->lo - q->out_zero;
  job.hi = q->hi - q->out_zero;
  job.zero = q->out_zero;
  scratch[words - 1] = 0;
  for (n = 0; n < s->batch; ++n) {
    tc_conv2d_pixel a = {0, 0};
    job.step = s->out_c;
    for (i = 0; i < pixels; i += 2) {
      tc_conv2d_pixel b = a;
      if (i + 1 < pixels) {
        tc_conv2d_next(s, &b);
      } else {
        job.step = 0;
      }
      tc_conv2d_s8_join(s, zero, x, a, b, scratch, padded);
      job.y = y + i * s->out_c;
      job.y_end = job.y + s->out_c;
      tc_twin_channels(&job);
      a = b;
      tc_conv2d_next(s, &a);
    }
    y += pixels * s->out_c;
    x += s->in_h * s->in_w * s->in_c;
  }
}
