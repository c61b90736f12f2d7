/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running sums and products along one axis:
 * y[k] = x[0] op ... op x[k], without x[k] when `exclusive`, from the end when
 * `reverse`.  y may be x.
 */
#ifndef TC_CUMULATIVE_H_
#define TC_CUMULATIVE_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t rank; /* at least 1 */
  int32_t dims[TC_MAX_RANK];
  int32_t exclusive;
  int32_t reverse;
} tc_cumulative_shape;

/* The tensor as [outer][n][inner] around the axis. */
typedef struct {
  int32_t outer;
  int32_t n;
  int32_t inner;
} tc_cumulative_view;

/* A negative axis counts from the end; one outside is the nearest inside. */
TC_INLINE tc_cumulative_view tc_view_around(const tc_cumulative_shape *s,
                                            int64_t axis) {
  tc_cumulative_view view = {1, 1, 1};
  int32_t d;
  if (axis < 0) axis += s->rank;
  if (axis < 0) axis = 0;
  if (axis >= s->rank) axis = s->rank - 1;
  for (d = 0; d < s->rank; ++d) {
    if (d < axis) {
      view.outer *= s->dims[d];
    } else if (d > axis) {
      view.inner *= s->dims[d];
    } else {
      view.n = s->dims[d];
    }
  }
  return view;
}

#define TC_CUMULATIVE_PROTO(symbol, T, start, expr)                          \
  void symbol(const tc_cumulative_shape *s, const T *x, const int64_t *axis, \
              T *y)

/* `expr` combines the result so far, a, with the next element, b. */
#define TC_CUMULATIVE(symbol, T, start, expr)              \
  TC_KERNEL TC_CUMULATIVE_PROTO(symbol, T, start, expr) {  \
    const tc_cumulative_view v = tc_view_around(s, *axis); \
    const int32_t step = s->reverse ? -v.inner : v.inner;  \
    int32_t o;                                             \
    int32_t i;                                             \
    int32_t k;                                             \
    for (o = 0; o < v.outer; ++o) {                        \
      for (i = 0; i < v.inner; ++i) {                      \
        int32_t at = o * v.n * v.inner + i;                \
        T a = start;                                       \
        if (s->reverse) at += (v.n - 1) * v.inner;         \
        for (k = 0; k < v.n; ++k) {                        \
          const T b = x[at];                               \
          const T next = (T)(expr);                        \
          y[at] = s->exclusive ? a : next;                 \
          a = next;                                        \
          at += step;                                      \
        }                                                  \
      }                                                    \
    }                                                      \
  }

#endif /* TC_CUMULATIVE_H_ */
