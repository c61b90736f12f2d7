/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized convolution with weights of 4 bits, for any 32-bit processor: as
 * conv2d_s8.c, blocks of 4 output channels, 2 pixels at a time inside the
 * image.  A tap's 4 weights are two bytes, which are unpacked where they are
 * multiplied.
 */
#include "conv2d/conv2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_packed.h"
#include "tc_window.h"

/* acc[c] += sum over k < n of x[k] * w[k][c], for 4 channels. */
TC_INLINE void tc_conv2d_s8s4_mac1(int32_t acc[4], const int8_t *x,
                                   const uint8_t *w, int32_t n) {
  int32_t a0 = acc[0], a1 = acc[1], a2 = acc[2], a3 = acc[3];
  int32_t k;
  for (k = 0; k < n; ++k) {
    const int32_t v = x[k];
    a0 += v * tc_s4_low(w[0]);
    a1 += v * tc_s4_high(w[0]);
    a2 += v * tc_s4_low(w[1]);
    a3 += v * tc_s4_high(w[1]);
    w += 2;
  }
  acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3;
}

/* The same for two pixels, x_step apart. */
TC_INLINE void tc_conv2d_s8s4_mac2(int32_t acc[2][4], const int8_t *x,
                                   int32_t x_step, const uint8_t *w,
                                   int32_t n) {
  int32_t a0 = acc[0][0], a1 = acc[0][1], a2 = acc[0][2], a3 = acc[0][3];
  int32_t b0 = acc[1][0], b1 = acc[1][1], b2 = acc[1][2], b3 = acc[1][3];
  int32_t k;
  for (k = 0; k < n; ++k) {
    const int32_t u = x[k];
    const int32_t v = x[k + x_step];
    const int32_t w0 = tc_s4_low(w[0]);
    const int32_t w1 = tc_s4_high(w[0]);
    const int32_t w2 = tc_s4_low(w[1]);
    const int32_t w3 = tc_s4_high(w[1]);
    a0 += u * w0;
    b0 += v * w0;
    a1 += u * w1;
    b1 += v * w1;
    a2 += u * w2;
    b2 += v * w2;
    a3 += u * w3;
    b3 += v * w3;
    w += 2;
  }
  acc[0][0] = a0, acc[0][1] = a1, acc[0][2] = a2, acc[0][3] = a3;
  acc[1][0] = b0, acc[1][1] = b1, acc[1][2] = b2, acc[1][3] = b3;
}

/*
 * The same for one pixel and `width` channels, whose weights begin at element
 * `at`, perhaps in the middle of a byte.
 */
TC_INLINE void tc_conv2d_s8s4_mac(int32_t acc[4], const int8_t *x,
                                  const uint8_t *w, int32_t at, int32_t n,
                                  int32_t width) {
  int32_t k;
  int32_t c;
  for (k = 0; k < n; ++k) {
    for (c = 0; c < width; ++c) acc[c] += x[k] * tc_s4_at(w, at++);
  }
}

/* acc[c] += sum over k < n of zero * w[k][c]: taps outside the image. */
TC_INLINE void tc_conv2d_s8s4_pad(int32_t acc[4], int32_t zero,
                                  const uint8_t *w, int32_t at, int32_t n,
                                  int32_t width) {
  int32_t k;
  int32_t c;
  if (zero == 0) return;
  for (k = 0; k < n; ++k) {
    for (c = 0; c < width; ++c) acc[c] += zero * tc_s4_at(w, at++);
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_s8s4_row(const tc_conv2d_shape *s,
                                  const tc_conv2d_s8_quant *q, const int8_t *x,
                                  const uint8_t *w, const int32_t *bias,
                                  const int32_t *mult, int32_t oy, int8_t *y) {
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
    const int32_t first = block * s->kernel_h * row_taps; /* element of w */
    int32_t start[4]; /* the bias and the rows of taps outside the image */
    int32_t whole;    /* whether every tap's weights are two whole bytes */
    int32_t ox;
    int32_t pixels;
    int32_t c;
    width = out_c % 4 == 0 ? 4 : tc_min(4, (group + 1) * out_c - block);
    whole = width == 4 && first % 2 == 0;
    for (c = 0; c < width; ++c) start[c] = bias[block + c];
    tc_conv2d_s8s4_pad(start, q->in_zero, w, first, ky.first * row_taps, width);
    tc_conv2d_s8s4_pad(start, q->in_zero, w, first + ky.last * row_taps * width,
                       (s->kernel_h - ky.last) * row_taps, width);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t runs = fused ? 1 : kx.last - kx.first;
      const int32_t run = fused ? (kx.last - kx.first) * in_c : in_c;
      int32_t acc[2][4];
      int32_t i;
      int32_t j;
      int32_t p;
      pixels = whole && ox >= inside.first && ox + 1 < inside.last ? 2 : 1;
      for (p = 0; p < pixels; ++p) {
        for (c = 0; c < width; ++c) acc[p][c] = start[c];
      }
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        const int32_t ix = left + kx.first * s->dilation_w;
        const int8_t *xs = x + (iy * s->in_w + ix) * s->in_c + group * in_c;
        int32_t at = first + i * row_taps * width;
        tc_conv2d_s8s4_pad(acc[0], q->in_zero, w, at, kx.first * in_c, width);
        at += kx.first * in_c * width;
        for (j = 0; j < runs; ++j) {
          if (pixels == 2) {
            tc_conv2d_s8s4_mac2(acc, xs, x_step, w + at / 2, run);
          } else if (whole) {
            tc_conv2d_s8s4_mac1(acc[0], xs, w + at / 2, run);
          } else {
            tc_conv2d_s8s4_mac(acc[0], xs, w, at, run, width);
          }
          xs += s->dilation_w * s->in_c;
          at += run * width;
        }
        tc_conv2d_s8s4_pad(acc[0], q->in_zero, w, at,
                           (s->kernel_w - kx.last) * in_c, width);
      }
      for (p = 0; p < pixels; ++p) {
        int8_t *const out = y + (ox + p) * s->out_c + block;
        for (c = 0; c < width; ++c) {
          out[c] = (int8_t)tc_clamp_offset(
              tc_requant(acc[p][c], mult[block + c], q->shift), q->out_zero,
              q->lo, q->hi);
        }
      }
    }
  }
}

TC_KERNEL void tc_conv2d_s8s4(const tc_conv2d_shape *s,
                              const tc_conv2d_s8_quant *q, const int8_t *x,
                              const uint8_t *w, const int32_t *bias,
                              const int32_t *mult, int8_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_s8s4_row(s, q, x, w, bias, mult, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
