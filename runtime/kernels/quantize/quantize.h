/* SPDX-License-Identifier: Apache-2.0 */
/* Between real numbers and quantized ones, and from one scale to another. */
#ifndef TC_QUANTIZE_H_
#define TC_QUANTIZE_H_

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "pointwise/unary.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/*
 * Three dimensions, of which the middle one has the scales: one per channel, or
 * one for every `block` neighbouring channels, for each outer and inner index
 * apart: [outer][ceil(channels / block)][inner].
 */
typedef struct {
  int32_t outer;
  int32_t channels; /* 1: per tensor */
  int32_t inner;
  int32_t block; /* 0: a scale per channel */
} tc_quantize_shape;

typedef struct {
  int32_t in_zero;
  int32_t out_zero;
  int32_t mult;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_requantize_quant;

/*
 * v rounded to an integer, a tie to even, for |v| <= 2^22.  From 2^23 to 2^24
 * the floats are the integers, so that adding 1.5 * 2^23 rounds; in the sum's
 * bits the integer stands at the end.
 */
TC_INLINE int32_t tc_round_small(float v) {
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 0
  const float sum = v + 12582912.0f;
  int32_t bits;
  memcpy(&bits, &sum, sizeof bits);
  return bits - 0x4b400000;
#else
  return (int32_t)rintf(v);
#endif
}

/*
 * round(x / scale), a tie to even, limited to lo .. hi.  The limits are small
 * integers, so that limiting before rounding gives the same; a NaN gives lo.
 */
TC_INLINE int32_t tc_quantize_one(float x, float scale, int32_t lo,
                                  int32_t hi) {
  float v = x / scale;
  v = v > (float)lo ? v : (float)lo;
  v = v < (float)hi ? v : (float)hi;
  return tc_round_small(v);
}

/* The place of the scale of element [n][c][i]. */
TC_INLINE int32_t tc_scale_at(const tc_quantize_shape *s, int32_t n, int32_t c,
                              int32_t i) {
  if (s->block == 0) return c;
  return (n * ((s->channels + s->block - 1) / s->block) + c / s->block) *
             s->inner +
         i;
}

/* Stores expr, of the element a, its scale sa and its zero point za.  Where
 * neighbours share these, they are loaded once. */
#define TC_QUANTIZE_BODY(in_t, out_t, expr)                     \
  int32_t n;                                                    \
  int32_t c;                                                    \
  int32_t i;                                                    \
  for (n = 0; n < s->outer; ++n) {                              \
    for (c = 0; c < s->channels; ++c) {                         \
      float sa = scale[tc_scale_at(s, n, c, 0)];                \
      int32_t za = zero[tc_scale_at(s, n, c, 0)];               \
      for (i = 0; i < s->inner; ++i) {                          \
        const in_t a = *x++;                                    \
        if (s->block != 0) sa = scale[tc_scale_at(s, n, c, i)]; \
        if (s->block != 0) za = zero[tc_scale_at(s, n, c, i)];  \
        *y++ = (out_t)(expr);                                   \
      }                                                         \
    }                                                           \
  }

/* y = saturate(round(x / scale) + zero) */
typedef void tc_quantize_s8_fn(const tc_quantize_shape *s, const float *x,
                               const float *scale, const int32_t *zero,
                               int8_t *y);

#define TC_QUANTIZE_PROTO(symbol, T, min, max)                                \
  void symbol(const tc_quantize_shape *s, const float *x, const float *scale, \
              const int32_t *zero, T *y)

#define TC_QUANTIZE(symbol, T, min, max)                              \
  TC_KERNEL TC_QUANTIZE_PROTO(symbol, T, min, max) {                  \
    TC_QUANTIZE_BODY(float, T,                                        \
                     tc_quantize_one(a, sa, (min)-za, (max)-za) + za) \
  }

/* y = scale * (x - zero); the difference is taken in wide_t. */
#define TC_DEQUANTIZE_PROTO(symbol, T, wide_t)                            \
  void symbol(const tc_quantize_shape *s, const T *x, const float *scale, \
              const int32_t *zero, float *y)

#define TC_DEQUANTIZE(symbol, T, wide_t)                     \
  TC_KERNEL TC_DEQUANTIZE_PROTO(symbol, T, wide_t) {         \
    TC_QUANTIZE_BODY(T, float, (float)((wide_t)a - za) * sa) \
  }

/* y = clamp(requant(x - in_zero) + out_zero, lo, hi) */
#define TC_REQUANTIZE_PROTO(symbol, in_t, out_t, requant)                \
  void symbol(const tc_unary_shape *s, const tc_requantize_quant *quant, \
              const in_t *x, out_t *y)

#define TC_REQUANTIZE(symbol, in_t, out_t, requant)                            \
  TC_KERNEL TC_REQUANTIZE_PROTO(symbol, in_t, out_t, requant) {                \
    const tc_requantize_quant q = *quant; /* y might be its bytes */           \
    int32_t i;                                                                 \
    for (i = 0; i < s->n; ++i) {                                               \
      y[i] = (out_t)tc_clamp_offset(                                           \
          requant(x[i] - q.in_zero, q.mult, q.shift), q.out_zero, q.lo, q.hi); \
    }                                                                          \
  }

#endif /* TC_QUANTIZE_H_ */
