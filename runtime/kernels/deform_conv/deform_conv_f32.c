/* SPDX-License-Identifier: Apache-2.0 */
/* Deformable convolution of floats: what a pixel reads is gathered once, for
 * all output channels. */
#include "deform_conv/deform_conv.h"
#include "tc_kernel.h"

/* x at a place between elements. */
TC_INLINE float tc_deform_conv_at(const tc_deform_conv_shape *s, const float *x,
                                  float row, float column) {
  float sum = 0.0f;
  int32_t top, left, i, j;
  if (!(row > -1.0f && row < (float)s->in_h && column > -1.0f &&
        column < (float)s->in_w)) {
    return 0.0f;
  }
  top = (int32_t)floorf(row);
  left = (int32_t)floorf(column);
  for (i = tc_max(top, 0); i < tc_min(top + 2, s->in_h); ++i) {
    for (j = tc_max(left, 0); j < tc_min(left + 2, s->in_w); ++j) {
      sum += (1.0f - fabsf(row - (float)i)) *
             (1.0f - fabsf(column - (float)j)) * x[i * s->in_w + j];
    }
  }
  return sum;
}

/* Everything that output (oy, ox) reads, in the order [in_c][kernel]. */
TC_INLINE void tc_deform_conv_gather(const tc_deform_conv_shape *s,
                                     const float *x, const float *offset,
                                     const float *mask, int32_t oy, int32_t ox,
                                     float *column) {
  const int32_t taps = s->kernel_h * s->kernel_w;
  const int32_t area = s->out_h * s->out_w;
  const int32_t p = oy * s->out_w + ox;
  const int32_t channels = s->in_c / s->offset_group;
  int32_t c, ky, kx;
  for (c = 0; c < s->in_c; ++c, x += s->in_h * s->in_w) {
    const int32_t first = c / channels * taps;
    for (ky = 0; ky < s->kernel_h; ++ky) {
      for (kx = 0; kx < s->kernel_w; ++kx) {
        const int32_t k = first + ky * s->kernel_w + kx;
        const int32_t y0 = oy * s->stride_h - s->pad_top + ky * s->dilation_h;
        const int32_t x0 = ox * s->stride_w - s->pad_left + kx * s->dilation_w;
        const float v =
            tc_deform_conv_at(s, x, (float)y0 + offset[2 * k * area + p],
                              (float)x0 + offset[(2 * k + 1) * area + p]);
        *column++ = mask == NULL ? v : v * mask[k * area + p];
      }
    }
  }
}

TC_KERNEL void tc_deform_conv_f32(const tc_deform_conv_shape *s, const float *x,
                                  const float *w, const float *offset,
                                  const float *bias, const float *mask,
                                  float *column, float *y) {
  const int32_t taps = s->kernel_h * s->kernel_w;
  const int32_t area = s->out_h * s->out_w;
  const int32_t run = s->in_c / s->group * taps;
  int32_t n, oy, ox, o, k;
  for (n = 0; n < s->batch; ++n) {
    for (oy = 0; oy < s->out_h; ++oy) {
      for (ox = 0; ox < s->out_w; ++ox) {
        tc_deform_conv_gather(s, x, offset, mask, oy, ox, column);
        for (o = 0; o < s->out_c; ++o) {
          const float *const ws = w + o * run;
          const float *const xs = column + o / (s->out_c / s->group) * run;
          float acc = bias == NULL ? 0.0f : bias[o];
          for (k = 0; k < run; ++k) acc += ws[k] * xs[k];
          y[o * area + oy * s->out_w + ox] = acc;
        }
      }
    }
    x += s->in_c * s->in_h * s->in_w;
    y += s->out_c * area;
    offset += s->offset_group * taps * 2 * area;
    if (mask != NULL) mask += s->offset_group * taps * area;
  }
}
