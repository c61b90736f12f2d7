/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first lengths[b] rows of each sequence b of x in reverse order, the
 * others as they are.  A length is taken as 0 .. time.
 */
#ifndef TC_REVERSE_SEQUENCE_H_
#define TC_REVERSE_SEQUENCE_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

typedef struct {
  int32_t batch;
  int32_t time;
  int32_t batch_stride; /* of x and y, in elements */
  int32_t time_stride;
  int32_t row; /* elements side by side */
} tc_reverse_sequence_shape;

#define TC_REVERSE_SEQUENCE_PROTO(symbol, T)                     \
  void symbol(const tc_reverse_sequence_shape *s, const void *x, \
              const int64_t *lengths, void *y)

#define TC_REVERSE_SEQUENCE(symbol, T)                                   \
  TC_KERNEL TC_REVERSE_SEQUENCE_PROTO(symbol, T) {                       \
    int32_t b;                                                           \
    int32_t t;                                                           \
    for (b = 0; b < s->batch; ++b) {                                     \
      const T *from = (const T *)x + b * s->batch_stride;                \
      T *to = (T *)y + b * s->batch_stride;                              \
      const int64_t given = lengths[b] < 0 ? 0 : lengths[b];             \
      const int32_t length = given < s->time ? (int32_t)given : s->time; \
      for (t = 0; t < s->time; ++t) {                                    \
        const int32_t source = t < length ? length - 1 - t : t;          \
        memcpy(to + t * s->time_stride, from + source * s->time_stride,  \
               (size_t)s->row * sizeof(T));                              \
      }                                                                  \
    }                                                                    \
  }

#endif /* TC_REVERSE_SEQUENCE_H_ */
