/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y = c ? a : b, with broadcasting.  Elements are known by their size only; y
 * is contiguous and overlaps no operand.
 */
#ifndef TC_WHERE_H_
#define TC_WHERE_H_

#include <stdint.h>

#include "tc_kernel.h"
#include "tc_walk.h"

typedef struct {
  int32_t rank; /* at least 1 */
  int32_t dims[TC_MAX_RANK];
  int32_t c_stride[TC_MAX_RANK]; /* in elements; 0: broadcast */
  int32_t a_stride[TC_MAX_RANK];
  int32_t b_stride[TC_MAX_RANK];
} tc_where_shape;

#define TC_WHERE_PROTO(symbol, T)                                       \
  void symbol(const tc_where_shape *s, const uint8_t *c, const void *a, \
              const void *b, void *y)

/* Two walks, since one keeps two offsets. */
#define TC_WHERE(symbol, T)                                            \
  TC_KERNEL TC_WHERE_PROTO(symbol, T) {                                \
    const int32_t outer = s->rank - 1;                                 \
    const int32_t rows = tc_count(outer, s->dims);                     \
    const int32_t n = s->dims[outer];                                  \
    const int32_t c_step = s->c_stride[outer];                         \
    const int32_t a_step = s->a_stride[outer];                         \
    const int32_t b_step = s->b_stride[outer];                         \
    T *to = (T *)y;                                                    \
    tc_walk at;                                                        \
    tc_walk at_c;                                                      \
    int32_t row;                                                       \
    int32_t i;                                                         \
    tc_walk_begin(&at, outer, 0, 0);                                   \
    tc_walk_begin(&at_c, outer, 0, 0);                                 \
    for (row = 0; row < rows; ++row) {                                 \
      const uint8_t *const pc = c + at_c.a;                            \
      const T *const pa = (const T *)a + at.a;                         \
      const T *const pb = (const T *)b + at.b;                         \
      for (i = 0; i < n; ++i) {                                        \
        to[i] = pc[i * c_step] != 0 ? pa[i * a_step] : pb[i * b_step]; \
      }                                                                \
      to += n;                                                         \
      tc_walk_next(&at, outer, s->dims, s->a_stride, s->b_stride);     \
      tc_walk_next(&at_c, outer, s->dims, s->c_stride, s->c_stride);   \
    }                                                                  \
  }

#endif /* TC_WHERE_H_ */
