/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution for hosts with wide vectors: tap by tap, over
 * up to 64 channels of one pixel, in loops that compilers turn into vectors.
 */
#include "depthwise2d/depthwise2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

#define TC_DEPTHWISE2D_S8_WIDE_CHANNELS 64

/*
 * Adds the tap with weights w to the accumulators of n channels from o on; x is
 * its pixel.  w_zero is NULL, or that of the first of the channels.
 */
TC_INLINE void tc_depthwise2d_s8_wide_tap(int32_t *acc, int32_t n,
                                          const int8_t *x, int32_t o,
                                          int32_t multiplier, const int8_t *w,
                                          const int32_t *w_zero) {
  int32_t c;
  if (multiplier == 1 && w_zero == NULL) {
    for (c = 0; c < n; ++c) acc[c] += x[o + c] * w[c];
  } else if (w_zero == NULL) {
    for (c = 0; c < n; ++c) acc[c] += x[(o + c) / multiplier] * w[c];
  } else {
    for (c = 0; c < n; ++c) {
      acc[c] += x[(o + c) / multiplier] * (w[c] - w_zero[c]);
    }
  }
}

/* The same for a tap outside the image, which reads in_zero. */
TC_INLINE void tc_depthwise2d_s8_wide_pad(int32_t *acc, int32_t n,
                                          int32_t in_zero, const int8_t *w,
                                          const int32_t *w_zero) {
  int32_t c;
  for (c = 0; c < n; ++c) {
    acc[c] += in_zero * (w[c] - (w_zero == NULL ? 0 : w_zero[c]));
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_s8_wide_row(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int32_t oy, int8_t *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    int32_t o;
    int32_t n;
    for (o = 0; o < s->out_c; o += n) {
      int32_t acc[TC_DEPTHWISE2D_S8_WIDE_CHANNELS];
      const int32_t *const zero = w_zero == NULL ? NULL : w_zero + o;
      int32_t i;
      int32_t j;
      int32_t c;
      n = tc_min(TC_DEPTHWISE2D_S8_WIDE_CHANNELS, s->out_c - o);
      for (c = 0; c < n; ++c) acc[c] = bias[o + c];
      for (i = 0; i < s->kernel_h; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        for (j = 0; j < s->kernel_w; ++j) {
          const int32_t ix = left + j * s->dilation_w;
          const int8_t *const ws = w + (i * s->kernel_w + j) * s->out_c + o;
          if (iy >= 0 && iy < s->in_h && ix >= 0 && ix < s->in_w) {
            tc_depthwise2d_s8_wide_tap(acc, n,
                                       x + (iy * s->in_w + ix) * s->in_c, o,
                                       multiplier, ws, zero);
          } else {
            tc_depthwise2d_s8_wide_pad(acc, n, q->in_zero, ws, zero);
          }
        }
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

TC_KERNEL void tc_depthwise2d_s8_wide(const tc_depthwise2d_shape *s,
                                      const tc_depthwise2d_s8_quant *q,
                                      const int8_t *x, const int8_t *w,
                                      const int32_t *bias, const int32_t *mult,
                                      const int32_t *w_zero, int8_t *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_depthwise2d_s8_wide_row(s, q, x, w, bias, mult, w_zero, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
