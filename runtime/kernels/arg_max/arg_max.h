/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The position of the greatest element along one axis of [outer][n][inner].
 * Of equal ones the first, or with `last` the last; a NaN is never greater.
 */
#ifndef TC_ARG_MAX_H_
#define TC_ARG_MAX_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t n; /* at least 1 */
  int32_t inner;
  int32_t last;
} tc_arg_max_shape;

#define TC_ARG_MAX_PROTO(symbol, T) \
  void symbol(const tc_arg_max_shape *s, const T *x, int64_t *y)

#define TC_ARG_MAX(symbol, T)                              \
  TC_KERNEL TC_ARG_MAX_PROTO(symbol, T) {                  \
    int32_t o, i, k;                                       \
    for (o = 0; o < s->outer; ++o) {                       \
      for (i = 0; i < s->inner; ++i) {                     \
        const T *line = x + o * s->n * s->inner + i;       \
        T best = line[0];                                  \
        int32_t at = 0;                                    \
        for (k = 1; k < s->n; ++k) {                       \
          const T v = line[k * s->inner];                  \
          if (v > best || (s->last != 0 && !(v < best))) { \
            best = v;                                      \
            at = k;                                        \
          }                                                \
        }                                                  \
        *y++ = at;                                         \
      }                                                    \
    }                                                      \
  }

#endif /* TC_ARG_MAX_H_ */
