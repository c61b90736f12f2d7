/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floats of 16 bits and fewer: IEEE binary16, bfloat16, the 8-bit formats and
 * E2M1.  The format is data, which folds where it is a constant.  A number of 4
 * bits is half a byte, the first one the low half.
 */
#ifndef TC_SMALL_FLOAT_H_
#define TC_SMALL_FLOAT_H_

#include <stdint.h>
#include <string.h>

#include "pointwise/bits.h"
#include "tc_kernel.h"

/* A sign above `exponent` and `mantissa` bits. */
typedef struct {
  int32_t n;        /* elements */
  int32_t exponent; /* bits */
  int32_t mantissa; /* bits */
  int32_t bias;     /* of the exponent */
  int32_t greatest; /* bits of the greatest finite number */
  int32_t infinity; /* bits; 0: there is none */
  int32_t nan;      /* bits; 0: there is none */
  int32_t beyond;   /* bits of what is greater than the greatest */
} tc_small_float;

TC_INLINE uint32_t tc_float_bits(float a) {
  uint32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}

TC_INLINE float tc_bits_float(uint32_t bits) {
  float a;
  memcpy(&a, &bits, sizeof a);
  return a;
}

/* The number of the format that is nearest to a; a tie goes to the even one. */
TC_INLINE uint32_t tc_narrow(const tc_small_float *s, float a) {
  const uint32_t bits = tc_float_bits(a);
  const uint32_t magnitude = bits & 0x7fffffffu;
  const uint32_t sign = bits >> 31 << (s->exponent + s->mantissa);
  const int32_t least = 1 - s->bias; /* the exponent of subnormal numbers */
  uint32_t m = magnitude & 0x7fffffu;
  int32_t e = (int32_t)(magnitude >> 23) - 127;
  int32_t drop = 23 - s->mantissa; /* bits of m that do not fit */
  uint32_t y;
  if (magnitude > 0x7f800000u) return (uint32_t)s->nan;
  if (e == -127) {
    e = -126;
  } else {
    m |= 0x800000u;
  }
  if (e < least) {
    drop = tc_min(drop + (least - e), 25);
    e = least;
  }
  m += (1u << (drop - 1)) - 1 + (m >> drop & 1);
  /* The leading one of m, and a carry out of it, count for the exponent. */
  y = ((uint32_t)(e - least) << s->mantissa) + (m >> drop);
  if (y > (uint32_t)s->greatest) y = (uint32_t)s->beyond;
  if (y == 0 && s->nan == 1 << (s->exponent + s->mantissa)) return 0;
  return sign | y;
}

/* The float equal to the number with the bits x. */
TC_INLINE float tc_widen(const tc_small_float *s, uint32_t x) {
  const int32_t sign_at = s->exponent + s->mantissa;
  const uint32_t sign = x >> sign_at << 31;
  const uint32_t magnitude = x & ((1u << sign_at) - 1);
  const uint32_t one = 1u << s->mantissa;
  uint32_t m = magnitude & (one - 1);
  int32_t e = (int32_t)(magnitude >> s->mantissa);
  if (s->exponent == 8) return tc_bits_float(x << (31 - sign_at));
  if (magnitude > (uint32_t)s->greatest ||
      (s->nan != 0 && x == (uint32_t)s->nan)) {
    const int infinite = s->infinity != 0 && magnitude == (uint32_t)s->infinity;
    return tc_bits_float(sign | (infinite ? 0x7f800000u : 0x7fc00000u));
  }
  if (e == 0) {
    if (m == 0) return tc_bits_float(sign);
    for (e = 1; m < one; --e) m <<= 1;
    m -= one;
  }
  return tc_bits_float(sign | (uint32_t)(e - s->bias + 127) << 23 |
                       m << (23 - s->mantissa));
}

/*
 * Floats for numbers of other types: where a is not a float, one of the two
 * beside it whose last bit is 1.  It rounds to any shorter format as a itself
 * does.
 */
TC_INLINE float tc_odd_f64(double a) {
  const float y = (float)a;
  uint32_t bits = tc_float_bits(y);
  if ((double)y == a) return y;
  if (y > 0 ? (double)y > a : (double)y < a) --bits; /* back towards zero */
  return tc_bits_float(bits | 1);
}

TC_INLINE float tc_odd_u64(uint64_t a) {
  float unit = 1;
  for (; a >> 24 != 0; a = a >> 1 | (a & 1)) unit *= 2;
  return (float)a * unit;
}

TC_INLINE float tc_odd_s64(int64_t a) {
  return a < 0 ? -tc_odd_u64(0 - (uint64_t)a) : tc_odd_u64((uint64_t)a);
}

/* y = the numbers of x, by way of the float `expr` of the element a. */
#define TC_NARROW_B2_PROTO(symbol, in_t, expr) \
  void symbol(const tc_small_float *s, const in_t *x, uint16_t *y)

#define TC_NARROW_B2(symbol, in_t, expr)             \
  TC_KERNEL TC_NARROW_B2_PROTO(symbol, in_t, expr) { \
    int32_t i;                                       \
    for (i = 0; i < s->n; ++i) {                     \
      const in_t a = x[i];                           \
      y[i] = (uint16_t)tc_narrow(s, expr);           \
    }                                                \
  }

#define TC_NARROW_B1_PROTO(symbol, in_t, expr) \
  void symbol(const tc_small_float *s, const in_t *x, uint8_t *y)

#define TC_NARROW_B1(symbol, in_t, expr)                \
  TC_KERNEL TC_NARROW_B1_PROTO(symbol, in_t, expr) {    \
    const int32_t bits = 1 + s->exponent + s->mantissa; \
    int32_t i;                                          \
    for (i = 0; i < s->n; ++i) {                        \
      const in_t a = x[i];                              \
      tc_put_bits(y, i, bits, tc_narrow(s, expr));      \
    }                                                   \
  }

/* y = the numbers of x, of which the expression of s, x and i has the bits. */
#define TC_WIDEN_PROTO(symbol, in_t, expr) \
  void symbol(const tc_small_float *s, const in_t *x, float *y)

#define TC_WIDEN(symbol, in_t, expr)             \
  TC_KERNEL TC_WIDEN_PROTO(symbol, in_t, expr) { \
    int32_t i;                                   \
    for (i = 0; i < s->n; ++i) {                 \
      y[i] = tc_widen(s, expr);                  \
    }                                            \
  }

#endif /* TC_SMALL_FLOAT_H_ */
