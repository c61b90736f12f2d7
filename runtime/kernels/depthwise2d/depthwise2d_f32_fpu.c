/* SPDX-License-Identifier: Apache-2.0 */
/* Float depthwise convolution for microcontrollers with a float unit: 8
 * channels at a time by tc_fpu_columns.h. */
#include "depthwise2d/depthwise2d.h"
#include "tc_fpu_columns.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* One output row; x is the image, y the row. */
TC_INLINE void tc_depthwise2d_f32_fpu_row(const tc_depthwise2d_shape *s,
                                          const tc_act_f32 *act, const float *x,
                                          const float *w, const float *bias,
                                          int32_t oy, float *y) {
  const int32_t multiplier = s->out_c / s->in_c;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const int32_t x_row = s->dilation_h * s->in_w * s->in_c;
  const int32_t w_row = s->kernel_w * s->out_c;
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox * s->stride_w - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const float *const xs = x + ((top + ky.first * s->dilation_h) * s->in_w +
                                 left + kx.first * s->dilation_w) *
                                    s->in_c;
    const float *const ws = w + ky.first * w_row + kx.first * s->out_c;
    int32_t o = 0;
    int32_t i;
    int32_t j;
    if (multiplier == 1 && s->out_c >= 8) {
      tc_fpu_columns_job job;
      float sums[8];
      job.x_step = s->dilation_w * s->in_c;
      job.w_step = s->out_c;
      job.rows = ky.last - ky.first;
      job.taps = kx.last - kx.first;
      job.x_gap = x_row - job.taps * job.x_step;
      job.w_gap = w_row - job.taps * job.w_step;
      job.sums = sums;
      for (; o + 8 <= s->out_c; o += 8) {
        job.x = xs + o;
        job.w = ws + o;
        for (i = 0; i < 8; ++i) sums[i] = bias[o + i];
        if (job.rows > 0 && job.taps > 0) tc_fpu_columns(&job);
        for (i = 0; i < 8; ++i) y[o + i] = tc_activate(sums[i], act);
      }
    }
    for (; o < s->out_c; ++o) {
      float acc = bias[o];
      for (i = 0; i < ky.last - ky.first; ++i) {
        for (j = 0; j < kx.last - kx.first; ++j) {
          acc += xs[i * x_row + j * s->dilation_w * s->in_c + o / multiplier] *
                 ws[i * w_row + j * s->out_c + o];
        }
      }
      y[o] = tc_activate(acc, act);
    }
    y += s->out_c;
  }
}

TC_KERNEL void tc_depthwise2d_f32_fpu(const tc_depthwise2d_shape *s,
                                      const tc_act_f32 *act, const float *x,
                                      const float *w, const float *bias,
                                      float *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_depthwise2d_f32_fpu_row(s, act, x, w, bias, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
