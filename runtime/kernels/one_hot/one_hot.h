/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y[outer][d][inner] = values[1] where the index at [outer][inner] is d, and
 * values[0] elsewhere.  A negative index counts from `depth`; one outside of
 * both ranges is nowhere.
 */
#ifndef TC_ONE_HOT_H_
#define TC_ONE_HOT_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t depth;
  int32_t inner;
} tc_one_hot_shape;

#define TC_ONE_HOT_PROTO(symbol, T, I)                                       \
  void symbol(const tc_one_hot_shape *s, const I *index, const void *values, \
              void *y)

#define TC_ONE_HOT(symbol, T, I)                                        \
  TC_KERNEL TC_ONE_HOT_PROTO(symbol, T, I) {                            \
    const T off = ((const T *)values)[0];                               \
    const T on = ((const T *)values)[1];                                \
    T *to = (T *)y;                                                     \
    int32_t o;                                                          \
    int32_t d;                                                          \
    int32_t i;                                                          \
    for (o = 0; o < s->outer; ++o) {                                    \
      for (d = 0; d < s->depth; ++d) {                                  \
        for (i = 0; i < s->inner; ++i) {                                \
          *to++ = index[i] == d || index[i] == d - s->depth ? on : off; \
        }                                                               \
      }                                                                 \
      index += s->inner;                                                \
    }                                                                   \
  }

#endif /* TC_ONE_HOT_H_ */
