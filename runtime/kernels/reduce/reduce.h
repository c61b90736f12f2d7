/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folds some dimensions of a tensor away.  x is walked by strides, the kept
 * dimensions and the reduced ones apart; y is contiguous.
 */
#ifndef TC_REDUCE_H_
#define TC_REDUCE_H_

#include <math.h>
#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_sum.h"
#include "tc_walk.h"

typedef struct {
  int32_t out_rank; /* may be 0 */
  int32_t out_dims[TC_MAX_RANK];
  int32_t out_stride[TC_MAX_RANK]; /* into x, in elements */
  int32_t red_rank;                /* at least 1 */
  int32_t red_dims[TC_MAX_RANK];   /* 0: nothing is folded */
  int32_t red_stride[TC_MAX_RANK]; /* into x, in elements */
} tc_reduce_shape;

/* mult renders s_x / (s_y * n), n the number of elements of a mean. */
typedef struct {
  int32_t in_zero;
  int32_t out_zero;
  int32_t mult;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_reduce_quant;

/*
 * log(sum of exp(a)) in one pass: `sum` is that of exp(a - max).  Equal
 * elements are counted, infinite ones too, whose difference would be a NaN.
 */
#define TC_LOG_SUM_EXP(name, T, exp)            \
  typedef struct {                              \
    T max;                                      \
    T sum;                                      \
  } name;                                       \
  TC_INLINE name name##_begin(void) {           \
    name s;                                     \
    s.max = -INFINITY;                          \
    s.sum = 0;                                  \
    return s;                                   \
  }                                             \
  TC_INLINE name name##_add(name s, T a) {      \
    if (a > s.max) {                            \
      s.sum = s.sum * exp(s.max - a) + 1;       \
      s.max = a;                                \
    } else {                                    \
      s.sum += a == s.max ? 1 : exp(a - s.max); \
    }                                           \
    return s;                                   \
  }

TC_LOG_SUM_EXP(tc_lse_f32, float, expf)
TC_LOG_SUM_EXP(tc_lse_f64, double, exp)

/*
 * The body of a kernel with parameters s, x and y.  For every output, folds
 * `step`, of acc and the element a, from `init` on, and stores `result`, of acc
 * and n, the number of elements folded.
 */
#define TC_REDUCE_BODY(T, acc_t, init, step, result)                       \
  const int32_t outputs = tc_count(s->out_rank, s->out_dims);              \
  const int32_t last = s->red_rank - 1;                                    \
  const int32_t rows = tc_count(last, s->red_dims);                        \
  const int32_t n = rows * s->red_dims[last];                              \
  tc_walk out;                                                             \
  int32_t o;                                                               \
  (void)n;                                                                 \
  tc_walk_begin(&out, s->out_rank, 0, 0);                                  \
  for (o = 0; o < outputs; ++o) {                                          \
    acc_t acc = init;                                                      \
    tc_walk red;                                                           \
    int32_t row;                                                           \
    tc_walk_begin(&red, last, out.a, 0);                                   \
    for (row = 0; row < rows; ++row) {                                     \
      int32_t i;                                                           \
      for (i = 0; i < s->red_dims[last]; ++i) {                            \
        const T a = x[red.a + i * s->red_stride[last]];                    \
        acc = step;                                                        \
      }                                                                    \
      tc_walk_next(&red, last, s->red_dims, s->red_stride, s->red_stride); \
    }                                                                      \
    y[o] = (T)(result);                                                    \
    tc_walk_next(&out, s->out_rank, s->out_dims, s->out_stride,            \
                 s->out_stride);                                           \
  }

#define TC_REDUCE_PROTO(symbol, T, acc_t, init, step, result) \
  void symbol(const tc_reduce_shape *s, const T *x, T *y)

#define TC_REDUCE(symbol, T, acc_t, init, step, result)             \
  TC_KERNEL TC_REDUCE_PROTO(symbol, T, acc_t, init, step, result) { \
    TC_REDUCE_BODY(T, acc_t, init, step, result)                    \
  }

#define TC_REDUCE_MEAN_QUANT_PROTO(symbol, T, acc_t, requant)                 \
  void symbol(const tc_reduce_shape *s, const tc_reduce_quant *q, const T *x, \
              T *y)

#define TC_REDUCE_MEAN_QUANT(symbol, T, acc_t, requant)             \
  TC_KERNEL TC_REDUCE_MEAN_QUANT_PROTO(symbol, T, acc_t, requant) { \
    TC_REDUCE_BODY(T, acc_t, 0, acc + (a - q->in_zero),             \
                   tc_clamp_offset(requant(acc, q->mult, q->shift), \
                                   q->out_zero, q->lo, q->hi))      \
  }

#endif /* TC_REDUCE_H_ */
