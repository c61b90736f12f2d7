/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 2-D convolution of every channel by itself, into out_c / in_c outputs each:
 * output channel o reads input channel o / (out_c / in_c).
 * Weights are [kernel_h][kernel_w][out_c].
 */
#ifndef TC_DEPTHWISE2D_H_
#define TC_DEPTHWISE2D_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

typedef struct {
  int32_t batch;
  int32_t in_h, in_w, in_c;
  int32_t out_h, out_w, out_c; /* out_c is a multiple of in_c */
  int32_t kernel_h, kernel_w;
  int32_t stride_h, stride_w;
  int32_t pad_top, pad_left; /* below and on the right: as far as needed */
  int32_t dilation_h, dilation_w;
} tc_depthwise2d_shape;

typedef tc_weighted_quant tc_depthwise2d_s8_quant;
typedef tc_weighted_quant tc_depthwise2d_s16_quant;

/* The arithmetic of each is that of its conv2d counterpart. */
typedef void tc_depthwise2d_f32_fn(const tc_depthwise2d_shape *s,
                                   const tc_act_f32 *act, const float *x,
                                   const float *w, const float *bias, float *y);

typedef void tc_depthwise2d_s8_fn(const tc_depthwise2d_shape *s,
                                  const tc_depthwise2d_s8_quant *q,
                                  const int8_t *x, const int8_t *w,
                                  const int32_t *bias, const int32_t *mult,
                                  const int32_t *w_zero, int8_t *y);

typedef void tc_depthwise2d_s16_fn(const tc_depthwise2d_shape *s,
                                   const tc_depthwise2d_s16_quant *q,
                                   const int16_t *x, const int8_t *w,
                                   const int64_t *bias, const int32_t *mult,
                                   int16_t *y);

#endif /* TC_DEPTHWISE2D_H_ */
