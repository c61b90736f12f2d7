/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 2-D convolution whose taps are moved, channels first.
 *
 *   y[o][p] = bias[o] + sum over ci, k of
 *       w[o][ci][k] * mask[k][p] * x[ci] at p * stride - pad + k * dilation +
 *                                           offset[k][p]
 *
 * Between elements x is bilinear, outside it is 0.  offset is
 * [batch][offset_group][kernel_h][kernel_w][2][out_h][out_w], row before
 * column; mask the same without the 2.
 */
#ifndef TC_DEFORM_CONV_H_
#define TC_DEFORM_CONV_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t batch;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c;
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left;
  int32_t dilation_h, dilation_w;
  int32_t group;
  int32_t offset_group; /* so many groups of channels have offsets and a mask */
} tc_deform_conv_shape;

/* bias and mask may be NULL; column: in_c * kernel_h * kernel_w. */
typedef void tc_deform_conv_f32_fn(const tc_deform_conv_shape *s,
                                   const float *x, const float *w,
                                   const float *offset, const float *bias,
                                   const float *mask, float *column, float *y);

#endif /* TC_DEFORM_CONV_H_ */
