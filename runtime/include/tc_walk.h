/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks over all positions of some dimensions, the last one fastest, keeping
 * an offset into each of two tensors.
 */
#ifndef TC_WALK_H_
#define TC_WALK_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t index[TC_MAX_RANK]; /* the position */
  int32_t a;                  /* its offset in either tensor, in elements */
  int32_t b;
} tc_walk;

/* The number of positions; 1 when there are no dimensions. */
TC_INLINE int32_t tc_count(int32_t rank, const int32_t *dims) {
  int32_t n = 1;
  int32_t d;
  for (d = 0; d < rank; ++d) n *= dims[d];
  return n;
}

TC_INLINE void tc_walk_begin(tc_walk *walk, int32_t rank, int32_t a,
                             int32_t b) {
  int32_t d;
  for (d = 0; d < rank; ++d) walk->index[d] = 0;
  walk->a = a;
  walk->b = b;
}

/* Steps to the next position; from the last one, back to the first. */
TC_INLINE void tc_walk_next(tc_walk *walk, int32_t rank, const int32_t *dims,
                            const int32_t *a_stride, const int32_t *b_stride) {
  int32_t d;
  for (d = rank - 1; d >= 0; --d) {
    walk->a += a_stride[d];
    walk->b += b_stride[d];
    if (++walk->index[d] < dims[d]) return;
    walk->index[d] = 0;
    walk->a -= dims[d] * a_stride[d];
    walk->b -= dims[d] * b_stride[d];
  }
}

#endif /* TC_WALK_H_ */
