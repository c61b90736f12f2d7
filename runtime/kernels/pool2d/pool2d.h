/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maximum and average over windows of an image, channel by channel.
 * Padding is never the maximum and adds nothing to a sum.
 */
#ifndef TC_POOL2D_H_
#define TC_POOL2D_H_

#include <math.h>
#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

typedef struct {
  int32_t batch;
  int32_t in_h, in_w;
  int32_t channels;
  int32_t out_h, out_w;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left;
  int32_t dilation_h, dilation_w;
  int32_t count_include_pad; /* an average divides by the taps inside the */
                             /* padded image, not just inside the image */
  int32_t pad_bottom, pad_right;
  int32_t uniform; /* every window has the same divisor: mult has one entry */
} tc_pool2d_shape;

typedef struct {
  int32_t in_zero;
  int32_t out_zero;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_avg_pool2d_quant;

/* The taps of the window of output (oy, ox) that lie inside the image. */
typedef struct {
  tc_range ky;
  tc_range kx;
  int32_t divisor; /* of an average */
} tc_pool2d_window;

TC_INLINE tc_pool2d_window tc_pool2d_window_at(const tc_pool2d_shape *s,
                                               int32_t oy, int32_t ox) {
  const int32_t y = oy * s->stride_h;
  const int32_t x = ox * s->stride_w;
  tc_pool2d_window window;
  tc_range h;
  tc_range w;
  window.ky =
      tc_valid_taps(y - s->pad_top, s->kernel_h, s->dilation_h, s->in_h);
  window.kx =
      tc_valid_taps(x - s->pad_left, s->kernel_w, s->dilation_w, s->in_w);
  h = window.ky;
  w = window.kx;
  if (s->count_include_pad) {
    h = tc_valid_taps(y, s->kernel_h, s->dilation_h,
                      s->pad_top + s->in_h + s->pad_bottom);
    w = tc_valid_taps(x, s->kernel_w, s->dilation_w,
                      s->pad_left + s->in_w + s->pad_right);
  }
  window.divisor = (h.last - h.first) * (w.last - w.first);
  return window;
}

/* Folds `step`, of acc and the element a, over the window, one channel. */
#define TC_POOL2D_FOLD(s, T, x, oy, ox, channel, window, step)               \
  do {                                                                       \
    int32_t ky;                                                              \
    int32_t kx;                                                              \
    for (ky = window.ky.first; ky < window.ky.last; ++ky) {                  \
      const int32_t iy = oy * s->stride_h - s->pad_top + ky * s->dilation_h; \
      for (kx = window.kx.first; kx < window.kx.last; ++kx) {                \
        const int32_t ix =                                                   \
            ox * s->stride_w - s->pad_left + kx * s->dilation_w;             \
        const T a = x[(iy * s->in_w + ix) * s->channels + channel];          \
        acc = step;                                                          \
      }                                                                      \
    }                                                                        \
  } while (0)

/*
 * The body of a pooling kernel.  For every output, folds `step` from `init` on
 * and stores `result`, an expression of acc and window.divisor.
 */
#define TC_POOL2D_BODY(T, acc_t, init, step, result)                    \
  int32_t n;                                                            \
  int32_t oy;                                                           \
  int32_t ox;                                                           \
  int32_t c;                                                            \
  for (n = 0; n < s->batch; ++n) {                                      \
    for (oy = 0; oy < s->out_h; ++oy) {                                 \
      for (ox = 0; ox < s->out_w; ++ox) {                               \
        const tc_pool2d_window window = tc_pool2d_window_at(s, oy, ox); \
        for (c = 0; c < s->channels; ++c) {                             \
          acc_t acc = init;                                             \
          TC_POOL2D_FOLD(s, T, x, oy, ox, c, window, step);             \
          *y++ = (T)(result);                                           \
        }                                                               \
      }                                                                 \
    }                                                                   \
    x += s->in_h * s->in_w * s->channels;                               \
  }

#define TC_MAX_POOL2D_PROTO(symbol, T, lowest) \
  void symbol(const tc_pool2d_shape *s, const T *x, T *y)

#define TC_MAX_POOL2D(symbol, T, lowest)                      \
  TC_KERNEL TC_MAX_POOL2D_PROTO(symbol, T, lowest) {          \
    TC_POOL2D_BODY(T, T, (T)(lowest), a > acc ? a : acc, acc) \
  }

#define TC_AVG_POOL2D_PROTO(symbol, T) \
  void symbol(const tc_pool2d_shape *s, const T *x, T *y)

#define TC_AVG_POOL2D(symbol, T)                              \
  TC_KERNEL TC_AVG_POOL2D_PROTO(symbol, T) {                  \
    TC_POOL2D_BODY(T, T, 0, acc + a, acc / (T)window.divisor) \
  }

/*
 * acc is the sum of x - in_zero; mult[n - 1] renders s_x / (s_y * n) for a
 * divisor of n.
 */
#define TC_AVG_POOL2D_QUANT_PROTO(symbol, T, acc_t, requant)          \
  void symbol(const tc_pool2d_shape *s, const tc_avg_pool2d_quant *q, \
              const T *x, const int32_t *mult, T *y)

#define TC_AVG_POOL2D_QUANT(symbol, T, acc_t, requant)                         \
  TC_KERNEL TC_AVG_POOL2D_QUANT_PROTO(symbol, T, acc_t, requant) {             \
    TC_POOL2D_BODY(                                                            \
        T, acc_t, 0, acc + (a - q->in_zero),                                   \
        tc_clamp_offset(                                                       \
            requant(acc, mult[s->uniform ? 0 : window.divisor - 1], q->shift), \
            q->out_zero, q->lo, q->hi))                                        \
  }

#endif /* TC_POOL2D_H_ */
