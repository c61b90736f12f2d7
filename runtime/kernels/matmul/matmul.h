/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product of two tensors known only at run time, over broadcast batches:
 * y[...][rows][cols] = a[...][rows][inner] * b[...][inner][cols].
 */
#ifndef TC_MATMUL_H_
#define TC_MATMUL_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_walk.h"

typedef struct {
  int32_t rank; /* of the batch dimensions; may be 0 */
  int32_t batch[TC_MAX_RANK];
  int32_t a_stride[TC_MAX_RANK]; /* elements from matrix to matrix; 0 where */
  int32_t b_stride[TC_MAX_RANK]; /* the operand is broadcast */
  int32_t rows;
  int32_t inner;
  int32_t cols;
} tc_matmul_shape;

typedef struct {
  int32_t a_zero;
  int32_t b_zero;
  int32_t out_zero;
  int32_t mult;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_matmul_quant;

typedef void tc_matmul_f32_fn(const tc_matmul_shape *s, const float *a,
                              const float *b, float *y);

/* tc_requant(sum of (a - a_zero) * (b - b_zero)) + out_zero, clamped. */
typedef void tc_matmul_s8_fn(const tc_matmul_shape *s, const tc_matmul_quant *q,
                             const int8_t *a, const int8_t *b, int8_t *y);

#endif /* TC_MATMUL_H_ */
