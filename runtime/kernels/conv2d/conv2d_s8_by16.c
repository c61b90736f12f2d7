/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for cores that multiply 16 bytes at a time, with the
 * weights of tc_by16.h.  The taps of two pixels are gathered, padding included,
 * and serve all channels.
 */
#include <string.h>

#include "conv2d/conv2d.h"
#include "conv2d/conv2d_pixel.h"
#include "tc_by16.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* Whether the taps of a pixel are neighbours in x and fill whole vectors. */
TC_INLINE int32_t tc_conv2d_s8_are_together(const tc_conv2d_shape *s) {
  return s->kernel_h == 1 && s->kernel_w == 1 && s->in_c % 16 == 0 &&
         tc_conv2d_is_inside(s);
}

/* The activations of all taps of a pixel: in x, or gathered in scratch from
 * `offset` on. */
TC_INLINE const int8_t *tc_conv2d_s8_taps(const tc_conv2d_shape *s,
                                          int32_t zero, const int8_t *x,
                                          tc_conv2d_pixel pixel,
                                          int8_t *scratch, int32_t offset) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t run = count * s->in_c;
  int8_t *to;
  int32_t i;
  int32_t j;
  if (tc_conv2d_s8_are_together(s)) {
    return x +
           (pixel.y * s->stride_h * s->in_w + pixel.x * s->stride_w) * s->in_c;
  }
  to = scratch + offset;
  for (i = 0; i < s->kernel_h; ++i) {
    for (j = 0; j < s->kernel_w; j += count) {
      const int8_t *const from = tc_conv2d_s8_run(s, zero, x, pixel, i, j, to);
      if (from != to) memcpy(to, from, (size_t)run);
      to += run;
    }
  }
  return scratch + offset;
}

/* scratch: the taps of two pixels, each filled up to a multiple of 16; NULL
 * where these are neighbours in x and such a multiple. */
TC_KERNEL void tc_conv2d_s8_by16(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const uint32_t *w, int8_t *scratch,
                                 int8_t *y) {
  const int32_t taps = s->kernel_h * s->kernel_w * s->in_c;
  const int32_t pixels = s->out_h * s->out_w;
  tc_by16_job job;
  int32_t n;
  int32_t i;
  job.w = w;
  job.steps = tc_by16_steps(taps);
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    tc_conv2d_pixel pixel = {0, 0};
    for (i = 0; i + 2 <= pixels; i += 2) {
      job.x0 = tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 0);
      tc_conv2d_next(s, &pixel);
      job.x1 =
          tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 16 * job.steps);
      tc_conv2d_next(s, &pixel);
      tc_by16_channels(&job, q, 2, s->out_c, y);
      y += 2 * s->out_c;
    }
    if (pixels % 2 != 0) {
      job.x0 = tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 0);
      tc_by16_channels(&job, q, 1, s->out_c, y);
      y += s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
