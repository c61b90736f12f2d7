/* SPDX-License-Identifier: Apache-2.0 */
/* Float depthwise convolution for any processor: 4 channels at a time. */
#include "depthwise2d/depthwise2d.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_f32_row(const tc_depthwise2d_shape *s,
                                      const tc_act_f32 *act, const float *x,
                                      const float *w, const float *bias,
                                      int32_t oy, float *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    int32_t o = 0;
    int32_t i;
    int32_t j;
    if (multiplier == 1) {
      for (; o + 4 <= s->out_c; o += 4) {
        float a0 = bias[o], a1 = bias[o + 1], a2 = bias[o + 2],
              a3 = bias[o + 3];
        for (i = ky.first; i < ky.last; ++i) {
          const int32_t iy = top + i * s->dilation_h;
          for (j = kx.first; j < kx.last; ++j) {
            const int32_t ix = left + j * s->dilation_w;
            const float *const xs = x + (iy * s->in_w + ix) * s->in_c + o;
            const float *const ws = w + (i * s->kernel_w + j) * s->out_c + o;
            a0 += xs[0] * ws[0];
            a1 += xs[1] * ws[1];
            a2 += xs[2] * ws[2];
            a3 += xs[3] * ws[3];
          }
        }
        y[o] = tc_activate(a0, act);
        y[o + 1] = tc_activate(a1, act);
        y[o + 2] = tc_activate(a2, act);
        y[o + 3] = tc_activate(a3, act);
      }
    }
    for (; o < s->out_c; ++o) {
      float acc = bias[o];
      for (i = ky.first; i < ky.last; ++i) {
        const int32_t iy = top + i * s->dilation_h;
        for (j = kx.first; j < kx.last; ++j) {
          const int32_t ix = left + j * s->dilation_w;
          acc += x[(iy * s->in_w + ix) * s->in_c + o / multiplier] *
                 w[(i * s->kernel_w + j) * s->out_c + o];
        }
      }
      y[o] = tc_activate(acc, act);
    }
    y += s->out_c;
  }
}

TC_KERNEL void tc_depthwise2d_f32(const tc_depthwise2d_shape *s,
                                  const tc_act_f32 *act, const float *x,
                                  const float *w, const float *bias, float *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_depthwise2d_f32_row(s, act, x, w, bias, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
