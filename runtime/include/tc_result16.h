/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16-bit results of sums that could exceed 32 bits, and hardly ever do: the
 * bits of tc_requant64 from one product of 32 bits.
 */
#ifndef TC_RESULT16_H_
#define TC_RESULT16_H_

#include <stdint.h>
#include <string.h>

#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* So many products of 16 and 8 bits, each at most 2^22 in magnitude, fit 31
 * bits. */
#define TC_RESULT16_PRODUCTS 255

/* acc + floor(a * b / 2^32), modulo 2^32. */
TC_INLINE int32_t tc_mac_top(int32_t a, int32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return (int32_t)((uint32_t)acc + (uint32_t)((int64_t)a * b >> 32));
#endif
}

/* v, or the end of int16's range that is next to it. */
TC_INLINE int32_t tc_saturate16(int32_t v) {
#if TC_DSP
  int32_t half;
  __asm__("ssat %0, #16, %1" : "=r"(half) : "r"(v));
  return half;
#else
  return tc_clamp(v, -32768, 32767);
#endif
}

/* The greater of the halves of a and b. */
TC_INLINE uint32_t tc_max2(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("ssub16 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return tc_pair(tc_max(tc_low(a), tc_low(b)), tc_max(tc_high(a), tc_high(b)));
#endif
}

TC_INLINE uint32_t tc_min2(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("ssub16 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return tc_pair(tc_min(tc_low(a), tc_low(b)), tc_min(tc_high(a), tc_high(b)));
#endif
}

TC_INLINE void tc_store_pair(int16_t *y, uint32_t pair) {
#if TC_DSP
  memcpy(y, &pair, sizeof pair);
#else
  y[0] = (int16_t)tc_low(pair);
  y[1] = (int16_t)tc_high(pair);
#endif
}

/* Whether sums of these scales need one product of 32 bits: what rounds them,
 * 2^(shift - 1), has no bits among the lowest 32, so theirs need not be there.
 */
TC_INLINE int32_t tc_result16_scales(const tc_weighted_quant *q) {
  return q->shift >= 33;
}

/* Whether the sums that begin at n biases fit 32 bits, with at most
 * TC_RESULT16_PRODUCTS products each. */
TC_INLINE int32_t tc_result16_fits(const int64_t *bias, int32_t n) {
  int32_t i;
  for (i = 0; i < n; ++i) {
    if (bias[i] < -(1 << 30) || bias[i] > 1 << 30) return 0;
  }
  return 1;
}

/* How two results are made at once, where tc_result16_scales. */
typedef struct {
  int32_t half;
  int32_t shift;
  int32_t zero;
  uint32_t lo; /* twice */
  uint32_t hi;
} tc_result16;

TC_INLINE tc_result16 tc_result16_of(const tc_weighted_quant *q) {
  tc_result16 r;
  r.half = q->shift >= 33 ? 1 << (q->shift - 33) : 0;
  r.shift = q->shift - 32;
  r.zero = q->out_zero;
  r.lo = tc_pair(q->lo, q->lo);
  r.hi = tc_pair(q->hi, q->hi);
  return r;
}

/* The results of two sums and their multipliers, the first one low. */
TC_INLINE uint32_t tc_result16_two(const tc_result16 *r, int32_t sum0,
                                   int32_t mult0, int32_t sum1, int32_t mult1) {
  const int32_t y0 = (tc_mac_top(sum0, mult0, r->half) >> r->shift) + r->zero;
  const int32_t y1 = (tc_mac_top(sum1, mult1, r->half) >> r->shift) + r->zero;
  const uint32_t y =
      tc_lows((uint32_t)tc_saturate16(y0), (uint32_t)tc_saturate16(y1));
  return tc_min2(tc_max2(y, r->lo), r->hi);
}

/* The result of any sum. */
TC_NOINLINE static int16_t tc_result16_wide(const tc_weighted_quant *q,
                                            int64_t sum, int32_t mult) {
  return (int16_t)tc_clamp_offset(tc_requant64(sum, mult, q->shift),
                                  q->out_zero, q->lo, q->hi);
}

#endif /* TC_RESULT16_H_ */
