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

/* Whether the taps of a pixel, from x[at] on, may be taken from x: they are
 * neighbours there, and what fills up the last vector lies in the image, too,
 * where it is multiplied by zeros. */
TC_INLINE int32_t tc_conv2d_s8_are_together(const tc_conv2d_shape *s,
                                            int32_t at) {
  return s->kernel_h == 1 && s->kernel_w == 1 && tc_conv2d_is_inside(s) &&
         (s->in_c % 16 == 0 ||
          at + 16 * tc_by16_steps(s->in_c) <= s->in_h * s->in_w * s->in_c);
}

/* Gathers the taps of a pixel whose window may reach out of the image. */
TC_INLINE void tc_conv2d_s8_gather_pixel(const tc_conv2d_shape *s, int32_t zero,
                                         const int8_t *x, tc_conv2d_pixel pixel,
                                         int8_t *to) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t run = count * s->in_c;
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    for (j = 0; j < s->kernel_w; j += count) {
      const int8_t *const from = tc_conv2d_s8_run(s, zero, x, pixel, i, j, to);
      if (from != to) memcpy(to, from, (size_t)run);
      to += run;
    }
  }
}

/* The activations of all taps of a pixel: in x, or gathered in scratch from
 * `offset` on. */
TC_INLINE const int8_t *tc_conv2d_s8_taps(const tc_conv2d_shape *s,
                                          int32_t zero, const int8_t *x,
                                          tc_conv2d_pixel pixel,
                                          int8_t *scratch, int32_t offset) {
  const int32_t run = s->kernel_w * s->in_c;
  const int32_t top = pixel.y * s->stride_h - s->pad_top;
  const int32_t left = pixel.x * s->stride_w - s->pad_left;
  const int32_t at = (top * s->in_w + left) * s->in_c;
  int8_t *to;
  int32_t i;
  if (tc_conv2d_s8_are_together(s, at)) return x + at;
  to = scratch + offset;
  if (tc_conv2d_run_pixels(s) == s->kernel_w &&
      (tc_conv2d_is_inside(s) ||
       (top >= 0 && left >= 0 &&
        top + (s->kernel_h - 1) * s->dilation_h < s->in_h &&
        left + s->kernel_w <= s->in_w))) {
    const int8_t *from = x + at;
    for (i = 0; i < s->kernel_h; ++i) {
      memcpy(to, from, (size_t)run);
      from += s->dilation_h * s->in_w * s->in_c;
      to += run;
    }
  } else {
    tc_conv2d_s8_gather_pixel(s, zero, x, pixel, to);
  }
  return scratch + offset;
}

/* How many neighbouring pixels may be taken two by two: all, or those of a row.
 * TC_BY_ROWS lets a row of y end where its window begins in x.  In narrow
 * images its first pixel is then where the last one of the row before takes its
 * taps. */
TC_INLINE int32_t tc_conv2d_s8_paired_pixels(const tc_conv2d_shape *s) {
  const int32_t first_to_end = (s->out_w - 1) * s->out_c;
  const int32_t taps_to_end =
      (s->stride_h * s->in_w - s->stride_w * (s->out_w - 1)) * s->in_c;
  return first_to_end < taps_to_end ? s->out_w : s->out_h * s->out_w;
}

/* scratch: the taps of two pixels, each filled up to a multiple of 16; NULL
 * where these are neighbours in x and such a multiple. */
TC_KERNEL void tc_conv2d_s8_by16(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const uint32_t *w, int8_t *scratch,
                                 int8_t *y) {
  const int32_t steps = tc_by16_steps(s->kernel_h * s->kernel_w * s->in_c);
  const int32_t pixels = s->out_h * s->out_w;
  const int32_t together = tc_conv2d_s8_paired_pixels(s);
  tc_by16_job job;
  int32_t n;
  int32_t first;
  int32_t i;
  job.w = w;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (n = 0; n < s->batch; ++n) {
    tc_conv2d_pixel pixel = {0, 0};
    for (first = 0; first < pixels; first += together) {
      for (i = 0; i + 2 <= together; i += 2) {
        job.x0 = tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 0);
        tc_conv2d_next(s, &pixel);
        job.x1 =
            tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 16 * steps);
        tc_conv2d_next(s, &pixel);
        tc_by16_channels(&job, q, steps, 2, s->out_c, y);
        y += 2 * s->out_c;
      }
      if (together % 2 != 0) {
        job.x0 = tc_conv2d_s8_taps(s, q->in_zero, x, pixel, scratch, 0);
        tc_conv2d_next(s, &pixel);
        tc_by16_channels(&job, q, steps, 1, s->out_c, y);
        y += s->out_c;
      }
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
