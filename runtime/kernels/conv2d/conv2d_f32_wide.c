/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float convolution for hosts with wide vectors: blocks of 32 output channels,
 * up to 6 pixels of a row at a time.
 */
#include "conv2d/conv2d.h"
#include "tc_kernel.h"
#include "tc_wide.h"
#include "tc_window.h"

/*
 * Adds to the sums of `pixels` pixels from ox on, of `cols` channels of one
 * block: `w` is the first weight of the first of them, `width` the channels of
 * the block.  `x` is the first channel of the group.
 */
TC_INLINE void tc_conv2d_f32_wide_tile(const tc_conv2d_shape *s,
                                       tc_wide_tile *tile, int32_t pixels,
                                       int32_t cols, const float *x, int32_t oy,
                                       int32_t ox, const float *w,
                                       int32_t width, const float *w_end) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const int32_t left = ox * s->stride_w - s->pad_left;
  const int32_t x_step = s->stride_w * s->in_c;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range kx = tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
  const tc_range kx_of_last = tc_valid_taps(
      left + (pixels - 1) * s->stride_w, s->kernel_w, s->dilation_w, s->in_w);
  /* Whether the taps of a row are the same for all pixels, and neighbours. */
  const int32_t fused = kx.first == kx_of_last.first &&
                        kx.last == kx_of_last.last && s->group == 1 &&
                        s->dilation_w == 1;
  int32_t i;
  for (i = ky.first; i < ky.last; ++i) {
    const float *const x_row =
        x + (top + i * s->dilation_h) * s->in_w * s->in_c;
    const float *const w_row = w + i * s->kernel_w * in_c * width;
    if (fused) {
      tc_wide_mac(tile->sum, pixels, cols, x_row + (left + kx.first) * s->in_c,
                  x_step, w_row + kx.first * in_c * width, width,
                  (kx.last - kx.first) * in_c, w_end);
    } else {
      int32_t j;
      for (j = 0; j < s->kernel_w; ++j) {
        /* The pixels for which this tap lies inside the image. */
        const int32_t ix = left + j * s->dilation_w;
        const tc_range p = tc_valid_taps(ix, pixels, s->stride_w, s->in_w);
        if (p.first == p.last) continue;
        tc_wide_mac(tile->sum + p.first, p.last - p.first, cols,
                    x_row + ix * s->in_c + p.first * x_step, x_step,
                    w_row + j * in_c * width, width, in_c, w_end);
      }
    }
  }
}

/*
 * How many pixels from ox on to take at once.  With few input channels a tap is
 * little work: there, pixels at a border go alone and keep their taps together.
 */
TC_INLINE int32_t tc_conv2d_f32_wide_pixels(const tc_conv2d_shape *s,
                                            int32_t ox) {
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  if (s->in_c >= 8 * s->group) return tc_wide_pixels(s->out_w - ox);
  if (ox < inside.first || ox >= inside.last) return 1;
  return tc_wide_pixels(inside.last - ox);
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_f32_wide_row(const tc_conv2d_shape *s,
                                      const tc_act_f32 *act, const float *x,
                                      const float *w, const float *bias,
                                      int32_t oy, float *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t taps = s->kernel_h * s->kernel_w * in_c;
  const float *const w_end = w + s->out_c * taps;
  int32_t block;
  int32_t width; /* channels of the block */
  int32_t o;
  int32_t cols; /* channels of a tile, from o on */
  int32_t ox;
  int32_t pixels; /* pixels of a tile, from ox on */
  for (block = 0; block < s->out_c; block += width) {
    const int32_t group = block / out_c;
    width = tc_min(32, (group + 1) * out_c - block);
    for (o = block; o < block + width; o += cols) {
      cols = tc_min(TC_WIDE_COLS, block + width - o);
      for (ox = 0; ox < s->out_w; ox += pixels) {
        tc_wide_tile tile;
        pixels = tc_conv2d_f32_wide_pixels(s, ox);
        tc_wide_begin(&tile, pixels, cols, bias + o);
        tc_conv2d_f32_wide_tile(s, &tile, pixels, cols, x + group * in_c, oy,
                                ox, w + block * taps + (o - block), width,
                                w_end);
        tc_wide_end(&tile, pixels, cols, act, y + ox * s->out_c + o, s->out_c);
      }
    }
  }
}

TC_KERNEL void tc_conv2d_f32_wide(const tc_conv2d_shape *s,
                                  const tc_act_f32 *act, const float *x,
                                  const float *w, const float *bias, float *y) {
  tc_conv2d_shape flat = *s;
  int32_t n;
  int32_t oy;
  if (s->kernel_h == 1 && s->kernel_w == 1 && s->stride_h == 1 &&
      s->stride_w == 1 && s->out_h == s->in_h && s->out_w == s->in_w) {
    /* All images together are one row of pixels. */
    flat.in_w = flat.out_w = s->batch * s->out_h * s->out_w;
    flat.batch = flat.in_h = flat.out_h = 1;
  }
  for (n = 0; n < flat.batch; ++n) {
    for (oy = 0; oy < flat.out_h; ++oy) {
      tc_conv2d_f32_wide_row(&flat, act, x, w, bias, oy, y);
      y += flat.out_w * s->out_c;
    }
    x += flat.in_h * flat.in_w * s->in_c;
  }
}
