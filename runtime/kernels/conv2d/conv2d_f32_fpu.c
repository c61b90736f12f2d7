/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float convolution for microcontrollers with a float unit: blocks of 4 output
 * channels, 2 pixels at a time inside the image and 1 at its left and right
 * borders, by tc_fpu.h.
 */
#include "conv2d/conv2d.h"
#include "tc_fpu.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* One pixel of a last block of fewer channels than 4. */
TC_INLINE void tc_conv2d_f32_fpu_narrow(const tc_fpu_job *job, int32_t width) {
  const float *x = job->x;
  const float *w = job->w;
  int32_t r;
  int32_t k;
  int32_t c;
  for (r = 0; r < job->rows; ++r) {
    for (k = 0; k < job->run; ++k) {
      for (c = 0; c < width; ++c) job->sums[c] += x[k] * *w++;
    }
    x += job->run + job->x_gap;
    w += job->w_gap;
  }
}

/* One output row; x is the image, y the row. */
TC_INLINE void tc_conv2d_f32_fpu_row(const tc_conv2d_shape *s,
                                     const tc_act_f32 *act, const float *x,
                                     const float *w, const float *bias,
                                     int32_t oy, float *y) {
  const int32_t in_c = s->in_c / s->group;
  const int32_t out_c = s->out_c / s->group;
  const int32_t top = oy * s->stride_h - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  const tc_range inside = tc_interior(s->out_w, s->stride_w, s->pad_left,
                                      s->kernel_w, s->dilation_w, s->in_w);
  /* Whether neighbouring taps of a row are neighbours in memory. */
  const int32_t fused = s->group == 1 && s->dilation_w == 1;
  int32_t block;
  int32_t width;
  for (block = 0; block < s->out_c; block += width) {
    const int32_t group = block / out_c;
    int32_t ox;
    int32_t pixels;
    width = out_c % 4 == 0 ? 4 : tc_min(4, (group + 1) * out_c - block);
    for (ox = 0; ox < s->out_w; ox += pixels) {
      const int32_t left = ox * s->stride_w - s->pad_left;
      const tc_range kx =
          tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
      const int32_t runs = fused ? kx.first < kx.last : kx.last - kx.first;
      const int32_t taps = fused ? kx.last - kx.first : 1;
      float *const out = y + ox * s->out_c + block;
      float sums[8];
      tc_fpu_job job;
      int32_t i;
      int32_t p;
      pixels = width == 4 && ox >= inside.first && ox + 1 < inside.last ? 2 : 1;
      job.step = s->stride_w * s->in_c;
      job.rows = ky.last - ky.first;
      job.run = taps * in_c;
      job.x_gap = s->dilation_h * s->in_w * s->in_c - job.run;
      job.w_gap = (s->kernel_w - taps) * in_c * width;
      job.sums = sums;
      for (p = 0; p < pixels; ++p) {
        for (i = 0; i < width; ++i) sums[4 * p + i] = bias[block + i];
      }
      for (i = 0; i < runs && job.rows > 0; ++i) {
        const int32_t j = kx.first + i;
        job.x = x + group * in_c +
                ((top + ky.first * s->dilation_h) * s->in_w + left +
                 j * s->dilation_w) *
                    s->in_c;
        job.w = w + block * s->kernel_h * s->kernel_w * in_c +
                (ky.first * s->kernel_w + j) * in_c * width;
        if (pixels == 2) {
          tc_fpu_two(&job);
        } else if (width == 4) {
          tc_fpu_one(&job);
        } else {
          tc_conv2d_f32_fpu_narrow(&job, width);
        }
      }
      for (p = 0; p < pixels; ++p) {
        for (i = 0; i < width; ++i) {
          out[p * s->out_c + i] = tc_activate(sums[4 * p + i], act);
        }
      }
    }
  }
}

TC_KERNEL void tc_conv2d_f32_fpu(const tc_conv2d_shape *s,
                                 const tc_act_f32 *act, const float *x,
                                 const float *w, const float *bias, float *y) {
  int32_t n;
  int32_t oy;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      tc_conv2d_f32_fpu_row(s, act, x, w, bias, oy, y);
      y += s->out_w * s->out_c;
    }
    x += s->in_h * s->in_w * s->in_c;
  }
}
