/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution for any 32-bit processor: blocks of 4 output channels,
 * 2 pixels at a time inside the image and 1 at its left and right borders.
 */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_s8_thumb1.h"
#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

TC_CONV2D_MACS(tc_conv2d_s8, int8_t, int32_t)

/* The products of n > 0 taps of 4 channels and two pixels, x_step apart. */
TC_INLINE void tc_conv2d_s8_taps2(int32_t acc[2][4], const int8_t *x,
                                  int32_t x_step, const int8_t *w, int32_t n) {
#if TC_THUMB1_ASM
  tc_conv2d_thumb1_taps run;
  run.x_step = x_step;
  run.x_end = x + n;
  tc_conv2d_s8_mac2_thumb1(acc, x, w, &run);
#else
  tc_conv2d_s8_mac2(acc, x, x_step, w, n);
#endif
}

/* acc[c] += sum over k < n of zero * w[k][c]: taps outside the image. */
TC_INLINE void tc_conv2d_s8_pad(int32_t acc[4], int32_t zero, const int8_t *w,
                                int32_t n, int32_t width) {
  int32_t sum[4] = {0, 0, 0, 0};
  int32_t k;
  int32_t c;
  if (zero == 0) return;
  if (width == 4) {
    for (k = 0; k < n; ++k) {
      sum[0] += w[0];
      sum[1] += w[1];
      sum[2] += w[2];
      sum[3] += w[3];
      w += 4;
    }
  } else {
    for (k = 0; k < n; ++k) {
      for (c = 0; c < width; ++c) sum[c] += *w++;
    }
  }
  for (c = 0; c < width; ++c) acc[c] += zero * sum[c];
}

TC_INLINE int32_t tc_conv2d_s8_sum(const int8_t *x, int32_t n) {
  int32_t sum = 0;
  int32_t k;
  for (k = 0; k < n; ++k) sum += x[k];
  return sum;
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_s8_row(const tc_conv2d_shape *s,
                                const tc_conv2d_s8_quant *q, const int8_t *x,
                                const int8_t *w, const int32_t *bias,
                                const int32_t *mult, const int32_t *w_zero,
                                int32_t oy, int8_t *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t row_taps = s->kernel_w * in_c;
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
    const int8_t *const w_block = w + block * s->kernel_h * row_taps;
    int32_t start[4]; /* the bias and the rows of taps outside the image */
    int32_t ox;
    int32_t pixels;
    int32_t c;
    width = out_c % 4 == 0 ? 4 : tc_min(4, (group + 1) * out_c - block);
    for (c = 0; c < width; ++c) start[c] = bias[block + c];
    tc_conv2d_s8_pad(start, q->in_zero, w_block, ky.first * row_taps, width);
    tc_conv2d_s8_pad(start, q->in_zero, w_block + ky.last * row_taps * width,
                     (s->kernel_h - ky.last) * row_taps, width);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t valid = kx.last - kx.first;
      const int32_t runs = fused ? 1 : valid;
      const int32_t run = fused ? valid * in_c : in_c;
      /* The sum of x, for w_zero, begins with the taps outside the image. */
      const int32_t outside =
          s->kernel_h * row_taps - (ky.last - ky.first) * valid * in_c;
      int32_t sum[2];
      int32_t acc[2][4];
      int32_t i;
      int32_t j;
      int32_t p;
      pixels = width == 4 && ox >= inside.first && ox + 1 < inside.last ? 2 : 1;
      for (p = 0; p < pixels; ++p) {
        for (c = 0; c < width; ++c) acc[p][c] = start[c];
        sum[p] = outside * q->in_zero;
      }
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        const int32_t ix = left + kx.first * s->dilation_w;
        const int8_t *xs = x + (iy * s->in_w + ix) * s->in_c + group * in_c;
        const int8_t *ws = w_block + i * row_taps * width;
        tc_conv2d_s8_pad(acc[0], q->in_zero, ws, kx.first * in_c, width);
        ws += kx.first * in_c * width;
        for (j = 0; j < runs; ++j) {
          if (pixels == 2) {
            tc_conv2d_s8_taps2(acc, xs, x_step, ws, run);
          } else {
            tc_conv2d_s8_mac1(acc[0], xs, ws, run, width);
          }
          if (w_zero != NULL) {
            for (p = 0; p < pixels; ++p) {
              sum[p] += tc_conv2d_s8_sum(xs + p * x_step, run);
            }
          }
          xs += s->dilation_w * s->in_c;
          ws += run * width;
        }
        tc_conv2d_s8_pad(acc[0], q->in_zero, ws, (s->kernel_w - kx.last) * in_c,
                         width);
      }
      for (p = 0; p < pixels; ++p) {
        int8_t *const out = y + (ox + p) * s->out_c + block;
        for (c = 0; c < width; ++c) {
          int32_t v = acc[p][c];
          if (w_zero != NULL) v -= w_zero[block + c] * sum[p];
          out[c] =
              (int8_t)tc_clamp_offset(tc_requant(v, mult[block + c], q->shift),
                                      q->out_zero, q->lo, q->hi);
        }
      }
    }
  }
}

TC_KERNEL void tc_conv2d_s8(const tc_conv2d_shape *s,
                            const tc_conv2d_s8_quant *q, const int8_t *x,
                            const int8_t *w, const int32_t *bias,
                            const int32_t *mult, const int32_t *w_zero,
                            int8_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_s8_row(s, q, x, w, bias, mult, w_zero, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
