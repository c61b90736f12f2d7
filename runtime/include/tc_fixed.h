/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed-point rendering of `round(acc * scale)`: the scale is a multiplier
 * and a power of two.
 *
 * The result is rounded once, to nearest, and a tie goes up (towards
 * +infinity).  Every kernel, on every target, uses these functions or
 * instructions that give the same bits.  A right shift of a negative number is
 * taken to be arithmetic, as it is with every compiler in use.
 */
#ifndef TC_FIXED_H_
#define TC_FIXED_H_

#include <stdint.h>

#include "tc_kernel.h"

/*
 * The quantization of a layer with weights; the multipliers, one per output
 * channel, are a separate operand.
 */
typedef struct {
  int32_t in_zero;  /* zero point of x */
  int32_t out_zero; /* zero point of y */
  int32_t shift;    /* of tc_requant or tc_requant64 */
  int32_t lo; /* least and greatest y: the type's range, or less when an */
  int32_t hi; /* activation is fused */
} tc_weighted_quant;

TC_INLINE int32_t tc_clamp(int32_t v, int32_t lo, int32_t hi) {
  v = v < lo ? lo : v;
  return v > hi ? hi : v;
}

/* clamp(v + zero, lo, hi), also where v + zero would overflow. */
TC_INLINE int32_t tc_clamp_offset(int32_t v, int32_t zero, int32_t lo,
                                  int32_t hi) {
  return tc_clamp(v, lo - zero, hi - zero) + zero;
}

/* v * 2^shift, for shift in 0..31 and a result within int32. */
TC_INLINE int32_t tc_shift_left(int32_t v, int32_t shift) {
  return (int32_t)((uint32_t)v << shift);
}

/*
 * floor(a * b / 2^32 + 1/2) for b >= 0 by products of 32 bits, of the halves of
 * a and b: for cores that know no longer ones.
 */
TC_INLINE int32_t tc_high_by_halves(int32_t a, int32_t b) {
  const int32_t a_high = a >> 16;
  const int32_t b_high = b >> 16;
  const uint32_t a_low = (uint32_t)a & 0xffffu;
  const uint32_t b_low = (uint32_t)b & 0xffffu;
  const int32_t cross =
      a_high * (int32_t)b_low + (int32_t)(a_low * b_low >> 16);
  const uint32_t rest =
      a_low * (uint32_t)b_high + ((uint32_t)cross & 0xffffu) + 0x8000u;
  return a_high * b_high + (cross >> 16) + (int32_t)(rest >> 16);
}

/*
 * floor(acc * 2^shift * mult / 2^32 + 1/2), for shift in 0..31 and
 * acc * 2^shift within int32: one shift and one SMMULR, which compilers do not
 * find by themselves.  The result is less than 2^30 in magnitude.
 */
TC_INLINE int32_t tc_requant(int32_t acc, int32_t mult, int32_t shift) {
#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP)
  int32_t high;
  __asm__("smmulr %0, %1, %2"
          : "=r"(high)
          : "r"(tc_shift_left(acc, shift)), "r"(mult));
  return high;
#elif defined(__ARM_ARCH_ISA_THUMB) && __ARM_ARCH_ISA_THUMB == 1
  return tc_high_by_halves(tc_shift_left(acc, shift), mult);
#else
  const int64_t product = (int64_t)tc_shift_left(acc, shift) * mult;
  return (int32_t)((product + ((int64_t)1 << 31)) >> 32);
#endif
}

/*
 * floor(acc * mult / 2^shift + 1/2) saturated to int32, for |acc| < 2^47, mult
 * in 0..2^31-1 and shift in 17..62.
 *
 * The product has up to 78 bits.  With acc = high * 2^16 + low, its quotient by
 * 2^16 is high * mult + floor(low * mult / 2^16), which fits 63 bits; the bits
 * dropped lie below the rounding bit and cannot reach the result.
 */
TC_INLINE int32_t tc_requant64(int64_t acc, int32_t mult, int32_t shift) {
  const int64_t high = acc >> 16;
  const int64_t low = acc & 0xffff;
  const int64_t product = high * mult + ((low * mult) >> 16);
  const int64_t v = (product + ((int64_t)1 << (shift - 17))) >> (shift - 16);
  if (v < INT32_MIN) return INT32_MIN;
  if (v > INT32_MAX) return INT32_MAX;
  return (int32_t)v;
}

#endif /* TC_FIXED_H_ */
