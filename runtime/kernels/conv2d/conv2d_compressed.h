/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution with compressed weights, for any 32-bit processor: a
 * weight is decoded once for 4 pixels inside the image, and for 1 at its left
 * and right borders.
 */
#ifndef TC_CONV2D_COMPRESSED_H_
#define TC_CONV2D_COMPRESSED_H_

#include <stdint.h>

#include "conv2d/conv2d.h"
#include "tc_compressed.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The functions of a format, and the table of codes. */
typedef struct {
  tc_mac4_fn *mac4;
  tc_mac1_fn *mac1;
  const uint8_t *table;
} tc_conv2d_format;

/*
 * One output channel of one output row: x is the image, w the channel's
 * weights, mult its multiplier, and y the channel's result for the row's first
 * pixel.  Returns the weights of the next channel.
 */
TC_INLINE const uint8_t *tc_conv2d_compressed_row(
    const tc_conv2d_shape *s, const tc_conv2d_s8_quant *q,
    const tc_conv2d_format *f, const int8_t *x, const uint8_t *w, int32_t bias,
    int32_t mult, int32_t oy, int8_t *y) {
  const int32_t taps = s->kernel_w * s->in_c; /* of a run: a kernel row */
  const int32_t top = oy * s->stride_h - s->pad_top;
  const int32_t x_step = s->stride_w * s->in_c;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range within =
      tc_interior(s->out_w, s->stride_w, s->pad_left, s->kernel_w, 1, s->in_w);
  const tc_range none = {0, 0};
  const uint8_t *end = w; /* of the channel's weights */
  int32_t ox;
  int32_t pixels;
  int32_t i;
  int32_t p;
  /* Kernel rows above and below the image add the same to all pixels. */
  for (i = 0; i < ky.first; ++i) {
    w = f->mac1(&bias, x, none, q->in_zero, f->table, w, taps);
  }
  if (ky.last < s->kernel_h) {
    int32_t unused = 0;
    end = w;
    for (i = ky.first; i < ky.last; ++i) {
      end = f->mac1(&unused, x, none, 0, f->table, end, taps);
    }
    for (i = ky.last; i < s->kernel_h; ++i) {
      end = f->mac1(&bias, x, none, q->in_zero, f->table, end, taps);
    }
  }
  for (ox = 0; ox < s->out_w; ox += pixels) {
    const uint8_t *ws = w;
    int32_t acc[4];
    int32_t left;
    /* The last 4 pixels inside may begin with some that are done already. */
    if (within.last - within.first >= 4 && ox < within.last &&
        ox > within.last - 4) {
      ox = within.last - 4;
    }
    left = ox * s->stride_w - s->pad_left;
    pixels = ox >= within.first && ox + 4 <= within.last ? 4 : 1;
    for (p = 0; p < 4; ++p) acc[p] = bias;
    if (pixels == 4) {
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        ws = f->mac4(acc, x + (iy * s->in_w + left) * s->in_c, x_step, f->table,
                     ws, taps);
      }
    } else {
      const tc_range kx = tc_valid_taps(left, s->kernel_w, 1, s->in_w);
      tc_range inside;
      inside.first = kx.first * s->in_c;
      inside.last = kx.last * s->in_c;
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        const int32_t ix = left + kx.first;
        ws = f->mac1(acc, x + (iy * s->in_w + ix) * s->in_c, inside, q->in_zero,
                     f->table, ws, taps);
      }
    }
    if (ky.last == s->kernel_h) end = ws;
    for (p = 0; p < pixels; ++p) {
      y[(ox + p) * s->out_c] = (int8_t)tc_clamp_offset(
          tc_requant(acc[p], mult, q->shift), q->out_zero, q->lo, q->hi);
    }
  }
  return end;
}

TC_INLINE void tc_conv2d_compressed(const tc_conv2d_shape *s,
                                    const tc_conv2d_s8_quant *q,
                                    tc_mac4_fn *mac4, tc_mac1_fn *mac1,
                                    const int8_t *x, const uint8_t *table,
                                    const uint8_t *w, const int32_t *bias,
                                    const int32_t *mult, int8_t *y) {
  tc_conv2d_format format;
  tc_conv2d_shape flat = *s;
  int32_t n;
  int32_t oy;
  int32_t o;
  format.mac4 = mac4;
  format.mac1 = mac1;
  format.table = table;
  if (s->kernel_h == 1 && s->kernel_w == 1 && s->stride_h == 1 &&
      s->stride_w == 1 && s->out_h == s->in_h && s->out_w == s->in_w) {
    /* All images together are one row of pixels. */
    flat.in_w = flat.out_w = s->batch * s->out_h * s->out_w;
    flat.batch = flat.in_h = flat.out_h = 1;
  }
  for (n = 0; n < flat.batch; ++n) {
    for (oy = 0; oy < flat.out_h; ++oy) {
      const uint8_t *ws = w;
      for (o = 0; o < flat.out_c; ++o) {
        ws = tc_conv2d_compressed_row(&flat, q, &format, x, ws, bias[o],
                                      mult[o], oy, y + o);
      }
      y += flat.out_w * flat.out_c;
    }
    x += flat.in_h * flat.in_w * flat.in_c;
  }
}

#endif /* TC_CONV2D_COMPRESSED_H_ */
