/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution of 16-bit activations with 8-bit weights for cores that multiply
 * pairs of 16-bit numbers: blocks of 2 output channels, up to 3 pixels at a
 * time inside the image.
 */
#include "conv2d/conv2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_runs16.h"
#include "tc_window.h"

/* acc[c] += zero * the sum of w[k][c] over k < n: taps outside the image. */
TC_INLINE void tc_conv2d_s16_dsp_pad(int64_t *acc, int32_t zero,
                                     const int8_t *w, int32_t n,
                                     int32_t width) {
  int32_t c;
  int32_t k;
  if (zero == 0) return;
  for (c = 0; c < width; ++c) {
    for (k = 0; k < n; ++k) acc[c] += zero * w[k * width + c];
  }
}

/* acc += the products of `runs`, whose weights are of one channel. */
TC_INLINE void tc_conv2d_s16_dsp_last(const tc_runs16 *runs, int64_t *acc) {
  int32_t i;
  int32_t k;
  for (i = 0; i < runs->rows; ++i) {
    const int16_t *const x = runs->x + i * runs->x_row;
    const int8_t *const w = runs->w + i * runs->w_row;
    for (k = 0; k < runs->run; ++k) *acc += (int32_t)x[k] * w[k];
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_s16_dsp_row(const tc_conv2d_shape *s,
                                     const tc_conv2d_s16_quant *q,
                                     const int16_t *x, const int8_t *w,
                                     const int64_t *bias, const int32_t *mult,
                                     int32_t oy, int16_t *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t row_taps = s->kernel_w * in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  /* Whether neighbouring taps of a row are neighbours in memory. */
  const int32_t fused = s->group == 1 && s->dilation_w == 1;
  int32_t block;
  int32_t width;
  for (block = 0; block < s->out_c; block += width) {
    const int32_t group = block / out_c;
    const int8_t *const w_block = w + block * s->kernel_h * row_taps;
    int64_t start[2]; /* the bias and the rows of taps outside the image */
    int32_t ox;
    int32_t pixels;
    int32_t c;
    width = out_c % 2 == 0 ? 2 : tc_min(2, (group + 1) * out_c - block);
    for (c = 0; c < width; ++c) start[c] = bias[block + c];
    tc_conv2d_s16_dsp_pad(start, q->in_zero, w_block, ky.first * row_taps,
                          width);
    tc_conv2d_s16_dsp_pad(start, q->in_zero,
                          w_block + ky.last * row_taps * width,
                          (s->kernel_h - ky.last) * row_taps, width);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t count = fused ? 1 : kx.last - kx.first;
      const int8_t *const w_rows = w_block + ky.first * row_taps * width;
      int64_t acc[6];
      tc_runs16 runs;
      int32_t i;
      int32_t j;
      int32_t p;
      pixels = width == 2 && ox >= inside.first && ox < inside.last
                   ? tc_min(3, inside.last - ox)
                   : 1;
      for (p = 0; p < pixels; ++p) {
        for (c = 0; c < width; ++c) acc[2 * p + c] = start[c];
      }
      runs.x = x +
               ((top + ky.first * s->dilation_h) * s->in_w + left +
                kx.first * s->dilation_w) *
                   s->in_c +
               group * in_c;
      runs.x_step = s->stride_w * s->in_c;
      runs.x_row = s->dilation_h * s->in_w * s->in_c;
      runs.w = w_rows + kx.first * in_c * width;
      runs.w_row = row_taps * width;
      runs.rows = ky.last - ky.first;
      runs.run = fused ? (kx.last - kx.first) * in_c : in_c;
      for (j = 0; j < count; ++j) {
        if (width == 2) {
          tc_runs16_add(&runs, pixels, acc);
        } else {
          tc_conv2d_s16_dsp_last(&runs, acc);
        }
        runs.x += s->dilation_w * s->in_c;
        runs.w += runs.run * width;
      }
      for (i = ky.first; i < ky.last; ++i) {
        const int8_t *const w_row = w_block + i * row_taps * width;
        tc_conv2d_s16_dsp_pad(acc, q->in_zero, w_row, kx.first * in_c, width);
        tc_conv2d_s16_dsp_pad(acc, q->in_zero, w_row + kx.last * in_c * width,
                              (s->kernel_w - kx.last) * in_c, width);
      }
      tc_runs16_outputs(acc, q, mult + block, width, pixels, s->out_c,
                        y + ox * s->out_c + block);
    }
  }
}

TC_KERNEL void tc_conv2d_s16_dsp(const tc_conv2d_shape *s,
                                 const tc_conv2d_s16_quant *q, const int16_t *x,
                                 const int8_t *w, const int64_t *bias,
                                 const int32_t *mult, int16_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_s16_dsp_row(s, q, x, w, bias, mult, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
