/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of quantized depthwise convolution for any 32-bit processor, 4 channels
 * at a time; kernels with instructions of their own take from here what they
 * are not made for.
 */
#ifndef TC_DEPTHWISE2D_S8_H_
#define TC_DEPTHWISE2D_S8_H_

#include "depthwise2d/depthwise2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/*
 * The accumulators of n channels from o on, at a window whose taps ky and kx
 * lie inside the image and whose tap (0, 0) is at (top, left).
 */
TC_INLINE void tc_depthwise2d_s8_taps(const tc_depthwise2d_shape *s,
                                      const int8_t *x, const int8_t *w,
                                      const int32_t *w_zero, int32_t top,
                                      int32_t left, tc_range ky, tc_range kx,
                                      int32_t o, const int32_t n,
                                      int32_t acc[4]) {
  const int32_t multiplier = s->out_c / s->in_c;
  int32_t i;
  int32_t j;
  int32_t c;
  for (i = ky.first; i < ky.last; ++i) {
    const int32_t iy = top + i * s->dilation_h;
    for (j = kx.first; j < kx.last; ++j) {
      const int32_t ix = left + j * s->dilation_w;
      const int8_t *const xs = x + (iy * s->in_w + ix) * s->in_c;
      const int8_t *const ws = w + (i * s->kernel_w + j) * s->out_c + o;
      if (n == 4 && multiplier == 1 && w_zero == NULL) {
        acc[0] += xs[o] * ws[0];
        acc[1] += xs[o + 1] * ws[1];
        acc[2] += xs[o + 2] * ws[2];
        acc[3] += xs[o + 3] * ws[3];
      } else {
        for (c = 0; c < n; ++c) {
          const int32_t zero = w_zero == NULL ? 0 : w_zero[o + c];
          acc[c] += xs[(o + c) / multiplier] * (ws[c] - zero);
        }
      }
    }
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_s8_row(const tc_depthwise2d_shape *s,
                                     const tc_depthwise2d_s8_quant *q,
                                     const int8_t *x, const int8_t *w,
                                     const int32_t *bias, const int32_t *mult,
                                     const int32_t *w_zero, int32_t oy,
                                     int8_t *y) {
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const int32_t whole =
        ky.last - ky.first == s->kernel_h && kx.last - kx.first == s->kernel_w;
    int32_t o;
    int32_t n;
    for (o = 0; o < s->out_c; o += n) {
      int32_t acc[4];
      int32_t c;
      n = tc_min(4, s->out_c - o);
      for (c = 0; c < n; ++c) acc[c] = bias[o + c];
      if (n == 4) {
        tc_depthwise2d_s8_taps(s, x, w, w_zero, top, left, ky, kx, o, 4, acc);
      } else {
        tc_depthwise2d_s8_taps(s, x, w, w_zero, top, left, ky, kx, o, n, acc);
      }
      if (!whole) {
        tc_depthwise2d_s8_pad(s, q->in_zero, w, w_zero, ky, kx, o, n, acc);
      }
      for (c = 0; c < n; ++c) {
        y[o + c] =
            (int8_t)tc_clamp_offset(tc_requant(acc[c], mult[o + c], q->shift),
                                    q->out_zero, q->lo, q->hi);
      }
    }
    y += s->out_c;
  }
}

#endif /* TC_DEPTHWISE2D_S8_H_ */
