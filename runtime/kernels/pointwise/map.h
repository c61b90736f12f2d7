/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of kernels that apply several elementwise functions in one loop.
 * No list has them: the compiler composes each from the expressions of the rows
 * in this folder (compiler/lowering/map_kernel.h).  y is contiguous, and may be
 * an operand that is not broadcast.
 */
#ifndef TC_MAP_H_
#define TC_MAP_H_

#include <stdint.h>

#include "tc_kernel.h"

#define TC_MAP_OPERANDS 8

typedef struct {
  int32_t rows;
  int32_t n; /* elements of a row */
  int32_t
      row_step[TC_MAP_OPERANDS]; /* elements from row to row; 0: all alike */
  int32_t step[TC_MAP_OPERANDS]; /* 1, or 0: a row has one element */
} tc_map_shape;

#endif /* TC_MAP_H_ */
