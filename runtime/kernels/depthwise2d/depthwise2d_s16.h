/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of depthwise convolution of 16-bit activations for any 32-bit processor;
 * kernels with instructions of their own take from here what they are not made
 * for.
 */
#ifndef TC_DEPTHWISE2D_S16_H_
#define TC_DEPTHWISE2D_S16_H_

#include "depthwise2d/depthwise2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The sum of the weights of channel o whose taps lie outside the image. */
TC_INLINE int64_t tc_depthwise2d_s16_outside(const tc_depthwise2d_shape *s,
                                             const int8_t *w, tc_range ky,
                                             tc_range kx, int32_t o) {
  int64_t sum = 0;
  int32_t i;
  int32_t j;
  for (i = 0; i < s->kernel_h; ++i) {
    const int32_t inside = i >= ky.first && i < ky.last;
    for (j = 0; j < s->kernel_w; ++j) {
      if (inside && j >= kx.first && j < kx.last) continue;
      sum += w[(i * s->kernel_w + j) * s->out_c + o];
    }
  }
  return sum;
}

/* The channels first .. last - 1 of an output row; x is the image, y the row.
 */
TC_INLINE void tc_depthwise2d_s16_row(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s16_quant *q,
                                      const int16_t *x, const int8_t *w,
                                      const int64_t *bias, const int32_t *mult,
                                      int32_t oy, int32_t first, int32_t last,
                                      int16_t *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    int32_t o;
    for (o = first; o < last; ++o) {
      int64_t acc = bias[o];
      int32_t i;
      int32_t j;
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        for (j = kx.first; j < kx.last; ++j) {
          const int32_t ix = left + j * s->dilation_w;
          acc += (int32_t)x[(iy * s->in_w + ix) * s->in_c + o / multiplier] *
                 w[(i * s->kernel_w + j) * s->out_c + o];
        }
      }
      if (q->in_zero != 0) {
        acc += q->in_zero * tc_depthwise2d_s16_outside(s, w, ky, kx, o);
      }
      y[o] = (int16_t)tc_clamp_offset(tc_requant64(acc, mult[o], q->shift),
                                      q->out_zero, q->lo, q->hi);
    }
    y += s->out_c;
  }
}

#endif /* TC_DEPTHWISE2D_S16_H_ */
