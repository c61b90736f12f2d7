/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one element: y[i] = f(x[i]).  y may be x when the sizes agree.
 */
#ifndef TC_UNARY_H_
#define TC_UNARY_H_

#include <math.h>
#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t n; /* elements */
} tc_unary_shape;

/* y = expr, of the element a. */
#define TC_UNARY_PROTO(symbol, in_t, out_t, expr) \
  void symbol(const tc_unary_shape *s, const in_t *x, out_t *y)

#define TC_UNARY(symbol, in_t, out_t, expr)             \
  TC_KERNEL TC_UNARY_PROTO(symbol, in_t, out_t, expr) { \
    int32_t i;                                          \
    for (i = 0; i < s->n; ++i) {                        \
      const in_t a = x[i];                              \
      y[i] = (out_t)(expr);                             \
    }                                                   \
  }

/* y = min(max(x, lo), hi); a NaN stays a NaN. */
#define TC_CLIP_PROTO(symbol, T, act_t) \
  void symbol(const tc_unary_shape *s, const act_t *act, const T *x, T *y)

#define TC_CLIP(symbol, T, act_t)             \
  TC_KERNEL TC_CLIP_PROTO(symbol, T, act_t) { \
    const T lo = (T)act->lo;                  \
    const T hi = (T)act->hi;                  \
    int32_t i;                                \
    for (i = 0; i < s->n; ++i) {              \
      const T a = x[i] < lo ? lo : x[i];      \
      y[i] = a > hi ? hi : a;                 \
    }                                         \
  }

/* y = table[x - first], a table of 256 entries. */
#define TC_LUT_PROTO(symbol, T, first) \
  void symbol(const tc_unary_shape *s, const T *x, const T *table, T *y)

#define TC_LUT(symbol, T, first)             \
  TC_KERNEL TC_LUT_PROTO(symbol, T, first) { \
    int32_t i;                               \
    for (i = 0; i < s->n; ++i) {             \
      y[i] = table[x[i] - (first)];          \
    }                                        \
  }

#endif /* TC_UNARY_H_ */
