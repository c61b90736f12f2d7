/* SPDX-License-Identifier: Apache-2.0 */
/*
 * E8M0, the scales of microscaling formats: a byte e is 2^(e - 127), and 255 is
 * NaN.
 */
#ifndef TC_E8M0_H_
#define TC_E8M0_H_

#include <stdint.h>

#include "pointwise/small_float.h"
#include "pointwise/unary.h"
#include "tc_kernel.h"

typedef struct {
  int32_t n;      /* elements */
  int32_t mode;   /* of rounding: 0 up, 1 down, 2 to nearest with ties up */
  int32_t below;  /* what is less than the least number */
  int32_t beyond; /* what is greater than the greatest */
} tc_e8m0_shape;

/* Of the magnitude of a. */
TC_INLINE uint32_t tc_narrow_e8m0(const tc_e8m0_shape *s, float a) {
  const uint32_t magnitude = tc_float_bits(a) & 0x7fffffffu;
  uint32_t e = magnitude >> 23;
  uint32_t m = magnitude & 0x7fffffu;
  if (magnitude > 0x7f800000u) return 255;
  if (magnitude < 0x400000u) return (uint32_t)s->below; /* 2^-127 */
  if (e == 0) m = (m - 0x400000u) << 1;
  if (s->mode == 0 && m != 0) ++e;
  if (s->mode == 2 && m >= 0x400000u) ++e;
  return e > 254 ? (uint32_t)s->beyond : e;
}

TC_INLINE float tc_widen_e8m0(uint32_t e) {
  if (e == 255) return tc_bits_float(0x7fc00000u);
  return tc_bits_float(e == 0 ? 0x400000u : e << 23);
}

/* By way of the float `expr` of the element a. */
#define TC_NARROW_E8M0_PROTO(symbol, in_t, expr) \
  void symbol(const tc_e8m0_shape *s, const in_t *x, uint8_t *y)

#define TC_NARROW_E8M0(symbol, in_t, expr)             \
  TC_KERNEL TC_NARROW_E8M0_PROTO(symbol, in_t, expr) { \
    int32_t i;                                         \
    for (i = 0; i < s->n; ++i) {                       \
      const in_t a = x[i];                             \
      y[i] = (uint8_t)tc_narrow_e8m0(s, expr);         \
    }                                                  \
  }

#endif /* TC_E8M0_H_ */
