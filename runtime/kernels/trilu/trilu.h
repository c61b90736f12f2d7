/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A triangle of each matrix of [planes][rows][cols]; the rest becomes `value`.
 */
#ifndef TC_TRILU_H_
#define TC_TRILU_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

typedef struct {
  int32_t planes;
  int32_t rows;
  int32_t cols;
  int32_t upper; /* 1: keep col - row >= *k, 0: keep col - row <= *k */
} tc_trilu_shape;

#define TC_TRILU_PROTO(symbol, T)                                       \
  void symbol(const tc_trilu_shape *s, const void *x, const int64_t *k, \
              const void *value, void *y)

#define TC_TRILU(symbol, T)                                                    \
  TC_KERNEL TC_TRILU_PROTO(symbol, T) {                                        \
    const T v = *(const T *)value;                                             \
    /* The first column beyond the diagonal in row 0; inside the matrix or     \
     * just outside, which makes no difference. */                             \
    const int64_t diagonal = *k < -s->rows  ? -s->rows                         \
                             : *k > s->cols ? s->cols                          \
                                            : *k;                              \
    const int32_t beyond = (int32_t)diagonal + (s->upper ? 0 : 1);             \
    const T *from = (const T *)x;                                              \
    T *to = (T *)y;                                                            \
    int32_t plane;                                                             \
    int32_t row;                                                               \
    int32_t i;                                                                 \
    for (plane = 0; plane < s->planes; ++plane) {                              \
      for (row = 0; row < s->rows; ++row) {                                    \
        const int32_t split = tc_max(0, tc_min(row + beyond, s->cols));        \
        const int32_t first = s->upper ? split : 0; /* of what is kept */      \
        const int32_t end = s->upper ? s->cols : split;                        \
        for (i = 0; i < first; ++i) to[i] = v;                                 \
        if (end > first) {                                                     \
          memcpy(to + first, from + first, (size_t)(end - first) * sizeof(T)); \
        }                                                                      \
        for (i = end; i < s->cols; ++i) to[i] = v;                             \
        from += s->cols;                                                       \
        to += s->cols;                                                         \
      }                                                                        \
    }                                                                          \
  }

#endif /* TC_TRILU_H_ */
