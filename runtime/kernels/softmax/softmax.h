/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax over the middle one of three dimensions [outer][n][inner]. */
#ifndef TC_SOFTMAX_H_
#define TC_SOFTMAX_H_

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t n;
  int32_t inner;
} tc_softmax_shape;

typedef struct {
  uint32_t recip; /* 2^16 / scale of y: with it, e / sum becomes steps of y */
  int32_t out_zero;
  int32_t lo;
  int32_t hi;
} tc_softmax_quant;

/*
 * The greatest element is taken off first, so that no exponential overflows.
 * The sum is made of sums of runs: its rounding error grows with their length
 * instead of n.
 */
#define TC_SOFTMAX_RUN 64

#define TC_SOFTMAX_SUM(symbol, T, exp)                                   \
  TC_INLINE T symbol##_max(const tc_softmax_shape *s, const T *x) {      \
    T max = x[0];                                                        \
    int32_t k;                                                           \
    for (k = 1; k < s->n; ++k) {                                         \
      const T v = x[k * s->inner];                                       \
      max = v > max ? v : max;                                           \
    }                                                                    \
    return max;                                                          \
  }                                                                      \
                                                                         \
  /* The sum of exp(x - max), and, unless y is null, the terms. */       \
  TC_INLINE T symbol##_sum(const tc_softmax_shape *s, const T *x, T max, \
                           T *y) {                                       \
    T sum = 0;                                                           \
    int32_t k = 0;                                                       \
    while (k < s->n) {                                                   \
      const int32_t end = k + tc_min(TC_SOFTMAX_RUN, s->n - k);          \
      T run = 0;                                                         \
      for (; k < end; ++k) {                                             \
        const T e = exp(x[k * s->inner] - max);                          \
        if (y != NULL) y[k * s->inner] = e;                              \
        run += e;                                                        \
      }                                                                  \
      sum += run;                                                        \
    }                                                                    \
    return sum;                                                          \
  }

/* y = exp(x) / sum of exp(x) */
#define TC_SOFTMAX_PROTO(symbol, T, exp) \
  void symbol(const tc_softmax_shape *s, const T *x, T *y)

#define TC_SOFTMAX(symbol, T, exp)                                           \
  TC_SOFTMAX_SUM(symbol, T, exp)                                             \
  TC_KERNEL TC_SOFTMAX_PROTO(symbol, T, exp) {                               \
    int32_t o;                                                               \
    int32_t i;                                                               \
    int32_t k;                                                               \
    for (o = 0; o < s->outer; ++o) {                                         \
      for (i = 0; i < s->inner; ++i) {                                       \
        const T sum = symbol##_sum(s, x + i, symbol##_max(s, x + i), y + i); \
        for (k = 0; k < s->n; ++k) y[k * s->inner + i] /= sum;               \
      }                                                                      \
      x += s->n * s->inner;                                                  \
      y += s->n * s->inner;                                                  \
    }                                                                        \
  }

/* y = log(softmax(x)) = x - max - log(sum of exp(x - max)) */
#define TC_LOG_SOFTMAX_PROTO(symbol, T, exp, log) \
  void symbol(const tc_softmax_shape *s, const T *x, T *y)

#define TC_LOG_SOFTMAX(symbol, T, exp, log)                          \
  TC_SOFTMAX_SUM(symbol, T, exp)                                     \
  TC_KERNEL TC_LOG_SOFTMAX_PROTO(symbol, T, exp, log) {              \
    int32_t o;                                                       \
    int32_t i;                                                       \
    int32_t k;                                                       \
    for (o = 0; o < s->outer; ++o) {                                 \
      for (i = 0; i < s->inner; ++i) {                               \
        const T max = symbol##_max(s, x + i);                        \
        const T log_sum = log(symbol##_sum(s, x + i, max, NULL));    \
        for (k = 0; k < s->n; ++k) {                                 \
          y[k * s->inner + i] = x[k * s->inner + i] - max - log_sum; \
        }                                                            \
      }                                                              \
      x += s->n * s->inner;                                          \
      y += s->n * s->inner;                                          \
    }                                                                \
  }

/*
 * With e = exp_table[max - x] and sum the sum of all e, at most 2^32 - 1:
 * y = clamp((e * recip + sum * 2^15) / (sum * 2^16) + out_zero, lo, hi).
 * The table has 256 entries; its first is not 0.
 */
typedef void tc_softmax_s8_fn(const tc_softmax_shape *s,
                              const tc_softmax_quant *q, const int8_t *x,
                              const uint32_t *exp_table, int8_t *y);

/*
 * The same with e = (exp_table[d >> 8] * exp_table[256 + d % 256] + 2^30) /
 * 2^31 where d = max - x, at most 2^31 each.  s->n is at most 2^16, recip at
 * most 2^32 - 1.
 */
typedef void tc_softmax_s16_fn(const tc_softmax_shape *s,
                               const tc_softmax_quant *q, const int16_t *x,
                               const uint32_t *exp_table, int16_t *y);

#endif /* TC_SOFTMAX_H_ */
