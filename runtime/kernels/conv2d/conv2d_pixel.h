/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over the pixels of a convolution's result, for kernels that gather the
 * taps of some pixels before they multiply. */
#ifndef TC_CONV2D_PIXEL_H_
#define TC_CONV2D_PIXEL_H_

#include <stdint.h>
#include <string.h>

#include "conv2d/conv2d.h"
#include "tc_kernel.h"

/* A place of the result. */
typedef struct {
  int32_t y;
  int32_t x;
} tc_conv2d_pixel;

/* The one after it, row by row. */
TC_INLINE void tc_conv2d_next(const tc_conv2d_shape *s,
                              tc_conv2d_pixel *pixel) {
  if (++pixel->x == s->out_w) {
    pixel->x = 0;
    ++pixel->y;
  }
}

/* Taps that are neighbours in memory: a row of the kernel, or one pixel of it
 * where columns are dilated. */
TC_INLINE int32_t tc_conv2d_run_pixels(const tc_conv2d_shape *s) {
  return s->dilation_w == 1 ? s->kernel_w : 1;
}

/* Whether no window reaches out of the image. */
TC_INLINE int32_t tc_conv2d_is_inside(const tc_conv2d_shape *s) {
  return s->pad_top <= 0 && s->pad_left <= 0 &&
         (s->out_h - 1) * s->stride_h - s->pad_top +
                 (s->kernel_h - 1) * s->dilation_h <
             s->in_h &&
         (s->out_w - 1) * s->stride_w - s->pad_left +
                 (s->kernel_w - 1) * s->dilation_w <
             s->in_w;
}

/*
 * The activations of run (i, j), for result `pixel`: its place in the image x,
 * or `padded`, into which they are put together where the run reaches out of
 * the image.
 */
TC_INLINE const int8_t *tc_conv2d_s8_run(const tc_conv2d_shape *s, int32_t zero,
                                         const int8_t *x, tc_conv2d_pixel pixel,
                                         int32_t i, int32_t j, int8_t *padded) {
  const int32_t count = tc_conv2d_run_pixels(s);
  const int32_t iy = pixel.y * s->stride_h - s->pad_top + i * s->dilation_h;
  const int32_t ix = pixel.x * s->stride_w - s->pad_left + j * s->dilation_w;
  const int8_t *const row = x + iy * s->in_w * s->in_c;
  const int32_t first = tc_max(-ix, 0);
  const int32_t last = tc_min(s->in_w - ix, count);
  if (tc_conv2d_is_inside(s)) return row + ix * s->in_c;
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

#endif /* TC_CONV2D_PIXEL_H_ */
