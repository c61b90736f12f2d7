/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax over the middle one of three dimensions [outer][n][inner]. */
#ifndef TC_SOFTMAX_H_
#define TC_SOFTMAX_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t n;
  int32_t inner;
} tc_softmax_shape;

typedef struct {
  uint32_t recip; /* 2^16 / scale of y: with it, e / sum becomes steps of y */
  int32_t out_zero;
  int32_t lo;
  int32_t hi;
} tc_softmax_quant;

typedef void tc_softmax_f32_fn(const tc_softmax_shape *s, const float *x,
                               float *y);

/* y = log(softmax(x)) */
typedef void tc_log_softmax_f32_fn(const tc_softmax_shape *s, const float *x,
                                   float *y);

/*
 * With e = exp_table[max - x] and sum the sum of all e, at most 2^32 - 1:
 * y = clamp((e * recip + sum * 2^15) / (sum * 2^16) + out_zero, lo, hi).
 * The table has 256 entries; its first is not 0.
 */
typedef void tc_softmax_s8_fn(const tc_softmax_shape *s,
                              const tc_softmax_quant *q, const int8_t *x,
                              const uint32_t *exp_table, int8_t *y);

#endif /* TC_SOFTMAX_H_ */
