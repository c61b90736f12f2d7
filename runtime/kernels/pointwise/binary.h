/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements, with broadcasting.  y is contiguous, and may be an
 * operand that is not broadcast.
 */
#ifndef TC_BINARY_H_
#define TC_BINARY_H_

#include <math.h>
#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_walk.h"

typedef struct {
  int32_t rank; /* at least 1 */
  int32_t dims[TC_MAX_RANK];
  int32_t a_stride[TC_MAX_RANK]; /* in elements; 0: broadcast */
  int32_t b_stride[TC_MAX_RANK];
} tc_binary_shape;

/*
 * y = clamp(((a << shift) * a_mult + (b << shift) * b_mult + offset) / 2^32
 *           + out_zero, lo, hi), the quotient rounded down.  The offset makes
 * up for the zero points of a and b and holds the 2^31 that rounds to nearest.
 */
typedef struct {
  int32_t a_mult;
  int32_t b_mult;
  int32_t shift;
  int32_t out_zero;
  int32_t lo;
  int32_t hi;
  int64_t offset;
} tc_add_quant;

typedef void tc_add_s8_fn(const tc_binary_shape *s, const tc_add_quant *q,
                          const int8_t *lhs, const int8_t *rhs, int8_t *y);

/* y = clamp(requant((a - a_zero) * (b - b_zero)) + out_zero, lo, hi) */
typedef struct {
  int32_t a_zero;
  int32_t b_zero;
  int32_t out_zero;
  int32_t mult;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_mul_quant;

/*
 * floor((a * a_mult + b * b_mult + offset) / 2^32) by products of 32 bits, of
 * the halves of the multipliers: for cores that know no longer ones, and |a|,
 * |b| of at most 14 bits.
 */
TC_INLINE int32_t tc_add_by_halves(const tc_add_quant *q, int32_t a,
                                   int32_t b) {
  const int32_t a_low = a * (int32_t)((uint32_t)q->a_mult & 0xffffu);
  const int32_t b_low = b * (int32_t)((uint32_t)q->b_mult & 0xffffu);
  const uint32_t offset = (uint32_t)((uint64_t)q->offset & 0xffffffffu);
  const uint32_t rest = ((uint32_t)a_low & 0xffffu) +
                        ((uint32_t)b_low & 0xffffu) + (offset & 0xffffu);
  const int32_t middle = a * (q->a_mult >> 16) + b * (q->b_mult >> 16) +
                         (a_low >> 16) + (b_low >> 16) + (int32_t)(rest >> 16) +
                         (int32_t)(offset >> 16);
  return (middle >> 16) + (int32_t)(q->offset >> 32);
}

TC_INLINE int32_t tc_add_requant(const tc_add_quant *q, int32_t a, int32_t b) {
#if defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB == 1
  if (q->shift <= 6 && a >= -128 && a <= 127 && b >= -128 && b <= 127) {
    return tc_clamp_offset(tc_add_by_halves(q, tc_shift_left(a, q->shift),
                                            tc_shift_left(b, q->shift)),
                           q->out_zero, q->lo, q->hi);
  }
#endif
  const int64_t sum = (int64_t)tc_shift_left(a, q->shift) * q->a_mult +
                      (int64_t)tc_shift_left(b, q->shift) * q->b_mult +
                      q->offset;
  return tc_clamp_offset((int32_t)(sum >> 32), q->out_zero, q->lo, q->hi);
}

/* The remainder with the sign of b, also when it is 0. */
TC_INLINE float tc_mod_f32_of(float a, float b) {
  const float rest = fmodf(a, b);
  if (rest == 0) return copysignf(rest, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

TC_INLINE double tc_mod_f64_of(double a, double b) {
  const double rest = fmod(a, b);
  if (rest == 0) return copysign(rest, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

/* Stores expr, of a and b, for each of a row of n outputs. */
#define TC_BINARY_LOOP(in_t, out_t, a_i, b_i, expr) \
  for (i = 0; i < n; ++i) {                         \
    const in_t a = a_i;                             \
    const in_t b = b_i;                             \
    y[i] = (out_t)(expr);                           \
  }

/* The body of a kernel with parameters s, lhs, rhs and y. */
#define TC_BINARY_BODY(in_t, out_t, expr)                               \
  const int32_t outer = s->rank - 1;                                    \
  const int32_t rows = tc_count(outer, s->dims);                        \
  const int32_t n = s->dims[outer];                                     \
  const int32_t a_step = s->a_stride[outer];                            \
  const int32_t b_step = s->b_stride[outer];                            \
  tc_walk at;                                                           \
  int32_t row;                                                          \
  int32_t i;                                                            \
  tc_walk_begin(&at, outer, 0, 0);                                      \
  for (row = 0; row < rows; ++row) {                                    \
    const in_t *const pa = lhs + at.a;                                  \
    const in_t *const pb = rhs + at.b;                                  \
    const in_t a0 = *pa;                                                \
    const in_t b0 = *pb;                                                \
    if (a_step == 1 && b_step == 1) {                                   \
      TC_BINARY_LOOP(in_t, out_t, pa[i], pb[i], expr)                   \
    } else if (a_step == 1 && b_step == 0) {                            \
      TC_BINARY_LOOP(in_t, out_t, pa[i], b0, expr)                      \
    } else if (a_step == 0 && b_step == 1) {                            \
      TC_BINARY_LOOP(in_t, out_t, a0, pb[i], expr)                      \
    } else {                                                            \
      TC_BINARY_LOOP(in_t, out_t, pa[i * a_step], pb[i * b_step], expr) \
    }                                                                   \
    y += n;                                                             \
    tc_walk_next(&at, outer, s->dims, s->a_stride, s->b_stride);        \
  }

#define TC_BINARY_PROTO(symbol, in_t, out_t, expr)                        \
  void symbol(const tc_binary_shape *s, const in_t *lhs, const in_t *rhs, \
              out_t *y)

#define TC_BINARY(symbol, in_t, out_t, expr)             \
  TC_KERNEL TC_BINARY_PROTO(symbol, in_t, out_t, expr) { \
    TC_BINARY_BODY(in_t, out_t, expr)                    \
  }

/* The same with a quantization q, of which expr makes use: a copy, since y
 * might be the bytes of *quant. */
#define TC_BINARY_QUANT_PROTO(symbol, T, quant_t, expr)                     \
  void symbol(const tc_binary_shape *s, const quant_t *quant, const T *lhs, \
              const T *rhs, T *y)

#define TC_BINARY_QUANT(symbol, T, quant_t, expr)             \
  TC_KERNEL TC_BINARY_QUANT_PROTO(symbol, T, quant_t, expr) { \
    const quant_t copy = *quant;                              \
    const quant_t *const q = &copy;                           \
    TC_BINARY_BODY(T, T, expr)                                \
  }

#endif /* TC_BINARY_H_ */
