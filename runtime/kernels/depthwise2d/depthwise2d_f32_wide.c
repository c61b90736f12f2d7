/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float depthwise convolution for hosts with wide vectors: a vector of channels
 * of 4 pixels at a time inside the image, of 1 at its left and right borders.
 */
#include "depthwise2d/depthwise2d.h"
#include "tc_kernel.h"
#include "tc_wide.h"
#include "tc_window.h"

#define TC_DEPTHWISE2D_F32_WIDE_PIXELS 4

/*
 * One vector of channels of `pixels` pixels, a literal.  x is the image, `at`
 * the offset of tap (0, 0) of the first pixel, which may lie outside the image;
 * only the taps ky and kx are read.  Everything is at the first channel.
 */
#define TC_DEPTHWISE2D_F32_WIDE(symbol, vector, lanes)                        \
  TC_INLINE void symbol(const tc_depthwise2d_shape *s, const tc_act_f32 *act, \
                        const float *x, ptrdiff_t at, const float *w,         \
                        tc_range ky, tc_range kx, const float *bias,          \
                        const int32_t pixels, float *y) {                     \
    vector acc[TC_DEPTHWISE2D_F32_WIDE_PIXELS];                               \
    int32_t i;                                                                \
    int32_t j;                                                                \
    int32_t p;                                                                \
    for (p = 0; p < pixels; ++p) memcpy(&acc[p], bias, sizeof(vector));       \
    for (i = ky.first; i < ky.last; ++i) {                                    \
      for (j = kx.first; j < kx.last; ++j) {                                  \
        const int32_t tap = i * s->dilation_h * s->in_w + j * s->dilation_w;  \
        const float *const xs = x + (at + tap * s->in_c);                     \
        vector b;                                                             \
        memcpy(&b, w + (i * s->kernel_w + j) * s->out_c, sizeof(b));          \
        for (p = 0; p < pixels; ++p) {                                        \
          vector a;                                                           \
          memcpy(&a, xs + p * s->stride_w * s->in_c, sizeof(a));              \
          acc[p] += a * b;                                                    \
        }                                                                     \
      }                                                                       \
    }                                                                         \
    for (p = 0; p < pixels; ++p) {                                            \
      float sum[lanes];                                                       \
      memcpy(sum, &acc[p], sizeof(sum));                                      \
      for (i = 0; i < lanes; ++i) sum[i] = tc_activate(sum[i], act);          \
      memcpy(y + p * s->out_c, sum, sizeof(sum));                             \
    }                                                                         \
  }

TC_DEPTHWISE2D_F32_WIDE(tc_depthwise2d_f32_wide_full, tc_wide, TC_WIDE_LANES)
TC_DEPTHWISE2D_F32_WIDE(tc_depthwise2d_f32_wide_four, tc_wide_four,
                        TC_WIDE_FOUR_LANES)

/* All channels of `pixels` pixels, a literal; y is the first of them. */
TC_INLINE void tc_depthwise2d_f32_wide_pixels(const tc_depthwise2d_shape *s,
                                              const tc_act_f32 *act,
                                              const float *x, ptrdiff_t at,
                                              const float *w, tc_range ky,
                                              tc_range kx, const float *bias,
                                              const int32_t pixels, float *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  int32_t o = 0;
  int32_t p;
  int32_t i;
  int32_t j;
  if (multiplier == 1) {
    for (; o + TC_WIDE_LANES <= s->out_c; o += TC_WIDE_LANES) {
      tc_depthwise2d_f32_wide_full(s, act, x, at + o, w + o, ky, kx, bias + o,
                                   pixels, y + o);
    }
    for (; o + TC_WIDE_FOUR_LANES <= s->out_c; o += TC_WIDE_FOUR_LANES) {
      tc_depthwise2d_f32_wide_four(s, act, x, at + o, w + o, ky, kx, bias + o,
                                   pixels, y + o);
    }
  }
  for (; o < s->out_c; ++o) {
    for (p = 0; p < pixels; ++p) {
      float acc = bias[o];
      for (i = ky.first; i < ky.last; ++i) {
        for (j = kx.first; j < kx.last; ++j) {
          const int32_t tap =
              i * s->dilation_h * s->in_w + j * s->dilation_w + p * s->stride_w;
          acc += x[at + tap * s->in_c + o / multiplier] *
                 w[(i * s->kernel_w + j) * s->out_c + o];
        }
      }
      y[p * s->out_c + o] = tc_activate(acc, act);
    }
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_f32_wide_row(const tc_depthwise2d_shape *s,
                                           const tc_act_f32 *act,
                                           const float *x, const float *w,
                                           const float *bias, int32_t oy,
                                           float *y) {
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  int32_t ox = 0;
  while (ox < s->out_w) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const ptrdiff_t at = (ptrdiff_t)(top * s->in_w + left) * s->in_c;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    if (ox >= inside.first &&
        ox + TC_DEPTHWISE2D_F32_WIDE_PIXELS <= inside.last) {
      tc_depthwise2d_f32_wide_pixels(s, act, x, at, w, ky, kx, bias,
                                     TC_DEPTHWISE2D_F32_WIDE_PIXELS,
                                     y + ox * s->out_c);
      ox += TC_DEPTHWISE2D_F32_WIDE_PIXELS;
    } else {
      tc_depthwise2d_f32_wide_pixels(s, act, x, at, w, ky, kx, bias, 1,
                                     y + ox * s->out_c);
      ++ox;
    }
  }
}

TC_KERNEL void tc_depthwise2d_f32_wide(const tc_depthwise2d_shape *s,
                                       const tc_act_f32 *act, const float *x,
                                       const float *w, const float *bias,
                                       float *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_depthwise2d_f32_wide_row(s, act, x, w, bias, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
