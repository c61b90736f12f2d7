/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float convolution for any processor: blocks of 4 output channels, 2 pixels at
 * a time inside the image and 1 at its left and right borders.
 */
#include "conv2d/conv2d.h"
#include "tc_kernel.h"
#include "tc_window.h"

TC_CONV2D_MACS(tc_conv2d_f32, float, float)

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_f32_row(const tc_conv2d_shape *s,
                                 const tc_act_f32 *act, const float *x,
                                 const float *w, const float *bias, int32_t oy,
                                 float *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const int32_t x_step = s->stride_w * s->in_c;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  /* Whether neighbouring taps of a row are neighbours in memory. */
  const int32_t fused = s->group == 1 && s->dilation_w == 1;
  int32_t block;
  int32_t width;
  for (block = 0; block < s->out_c; block += width) {
    const int32_t group = block / out_c;
    const float *const w_block = w + block * s->kernel_h * s->kernel_w * in_c;
    int32_t ox;
    int32_t pixels;
    width = out_c % 4 == 0 ? 4 : tc_min(4, (group + 1) * out_c - block);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t runs = fused ? 1 : kx.last - kx.first;
      const int32_t run = fused ? (kx.last - kx.first) * in_c : in_c;
      float acc[2][4];
      int32_t i;
      int32_t j;
      int32_t p;
      int32_t c;
      pixels = width == 4 && ox >= inside.first && ox + 1 < inside.last ? 2 : 1;
      for (p = 0; p < pixels; ++p) {
        for (c = 0; c < width; ++c) acc[p][c] = bias[block + c];
      }
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        const int32_t ix = left + kx.first * s->dilation_w;
        const float *xs = x + (iy * s->in_w + ix) * s->in_c + group * in_c;
        const float *ws = w_block + (i * s->kernel_w + kx.first) * in_c * width;
        for (j = 0; j < runs; ++j) {
          if (pixels == 2) {
            tc_conv2d_f32_mac2(acc, xs, x_step, ws, run);
          } else {
            tc_conv2d_f32_mac1(acc[0], xs, ws, run, width);
          }
          xs += s->dilation_w * s->in_c;
          ws += run * width;
        }
      }
      for (p = 0; p < pixels; ++p) {
        float *const out = y + (ox + p) * s->out_c + block;
        for (c = 0; c < width; ++c) out[c] = tc_activate(acc[p][c], act);
      }
    }
  }
}

TC_KERNEL void tc_conv2d_f32(const tc_conv2d_shape *s, const tc_act_f32 *act,
                             const float *x, const float *w, const float *bias,
                             float *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_f32_row(s, act, x, w, bias, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
