/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y[index[i]] = x[i], and the other elements keep what they are; an index
 * outside y has no effect.  Elements are known by their size only.
 */
#ifndef TC_MAX_UNPOOL_H_
#define TC_MAX_UNPOOL_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t n;    /* elements of x */
  int32_t size; /* of y */
} tc_max_unpool_shape;

#define TC_MAX_UNPOOL_PROTO(symbol, T)                     \
  void symbol(const tc_max_unpool_shape *s, const void *x, \
              const int64_t *index, void *y)

#define TC_MAX_UNPOOL(symbol, T)                 \
  TC_KERNEL TC_MAX_UNPOOL_PROTO(symbol, T) {     \
    int32_t i;                                   \
    for (i = 0; i < s->n; ++i) {                 \
      if (index[i] >= 0 && index[i] < s->size) { \
        ((T *)y)[index[i]] = ((const T *)x)[i];  \
      }                                          \
    }                                            \
  }

#endif /* TC_MAX_UNPOOL_H_ */
