/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The position of the greatest or least element along one axis of
 * [outer][n][inner].  Of equal ones the first, or with `last` the last; a NaN
 * is neither greater nor less than another.
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

#define TC_ARG_MAX_PROTO(symbol, T, beats, loses) \
  void symbol(const tc_arg_max_shape *s, const T *x, int64_t *y)

/* `beats` is > for the greatest, < for the least; `loses` is the other. */
#define TC_ARG_MAX(symbol, T, beats, loses)                        \
  TC_KERNEL TC_ARG_MAX_PROTO(symbol, T, beats, loses) {            \
    int32_t o, i, k;                                               \
    for (o = 0; o < s->outer; ++o) {                               \
      for (i = 0; i < s->inner; ++i) {                             \
        const T *line = x + o * s->n * s->inner + i;               \
        T best = line[0];                                          \
        int32_t at = 0;                                            \
        for (k = 1; k < s->n; ++k) {                               \
          const T v = line[k * s->inner];                          \
          if (v beats best || (s->last != 0 && !(v loses best))) { \
            best = v;                                              \
            at = k;                                                \
          }                                                        \
        }                                                          \
        *y++ = at;                                                 \
      }                                                            \
    }                                                              \
  }

#endif /* TC_ARG_MAX_H_ */
