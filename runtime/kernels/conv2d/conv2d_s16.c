/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution of 16-bit activations with 8-bit weights, one output at a time.
 */
#include "conv2d/conv2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

TC_INLINE int64_t tc_conv2d_s16_dot(const int16_t *x, const int8_t *w,
                                    int32_t n) {
  int64_t acc = 0;
  int32_t k;
  for (k = 0; k < n; ++k) acc += (int32_t)x[k] * w[k];
  return acc;
}

/* The sum of w over n taps outside the image, each of which reads `zero`. */
TC_INLINE int64_t tc_conv2d_s16_pad(int32_t zero, const int8_t *w, int32_t n) {
  int64_t acc = 0;
  int32_t k;
  if (zero == 0) return 0;
  for (k = 0; k < n; ++k) acc += zero * w[k];
  return acc;
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_s16_row(const tc_conv2d_shape *s,
                                 const tc_conv2d_s16_quant *q, const int16_t *x,
                                 const int8_t *w, const int64_t *bias,
                                 const int32_t *mult, int32_t oy, int16_t *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t row_taps = s->kernel_w * in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  /* Whether neighbouring taps of a row are neighbours in memory. */
  const int32_t fused = s->group == 1 && s->dilation_w == 1;
  int32_t o;
  for (o = 0; o < s->out_c; ++o) {
    const int32_t group = o / out_c;
    const int8_t *const w_o = w + o * s->kernel_h * row_taps;
    const int64_t start =
        bias[o] + tc_conv2d_s16_pad(q->in_zero, w_o, ky.first * row_taps) +
        tc_conv2d_s16_pad(q->in_zero, w_o + ky.last * row_taps,
                          (s->kernel_h - ky.last) * row_taps);
    int32_t ox;
    for (ox = 0; ox < s->out_w; ++ox) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t runs = fused ? 1 : kx.last - kx.first;
      const int32_t run = fused ? (kx.last - kx.first) * in_c : in_c;
      int64_t acc = start;
      int32_t i;
      int32_t j;
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        const int32_t ix = left + kx.first * s->dilation_w;
        const int16_t *xs = x + (iy * s->in_w + ix) * s->in_c + group * in_c;
        const int8_t *ws = w_o + i * row_taps;
        acc += tc_conv2d_s16_pad(q->in_zero, ws, kx.first * in_c);
        ws += kx.first * in_c;
        for (j = 0; j < runs; ++j) {
          acc += tc_conv2d_s16_dot(xs, ws, run);
          xs += s->dilation_w * s->in_c;
          ws += run;
        }
        acc +=
            tc_conv2d_s16_pad(q->in_zero, ws, (s->kernel_w - kx.last) * in_c);
      }
      y[ox * s->out_c + o] = (int16_t)tc_clamp_offset(
          tc_requant64(acc, mult[o], q->shift), q->out_zero, q->lo, q->hi);
    }
  }
}

TC_KERNEL void tc_conv2d_s16(const tc_conv2d_shape *s,
                             const tc_conv2d_s16_quant *q, const int16_t *x,
                             const int8_t *w, const int64_t *bias,
                             const int32_t *mult, int16_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_s16_row(s, q, x, w, bias, mult, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
