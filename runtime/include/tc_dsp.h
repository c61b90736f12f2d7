/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on pairs of 16-bit numbers in a 32-bit word, the low half first:
 * one instruction each where the compiler says that there are Arm's DSP
 * instructions, C that gives the same bits elsewhere.
 */
#ifndef TC_DSP_H_
#define TC_DSP_H_

#include <stdint.h>
#include <string.h>

#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* Four bytes, or a pair, from any address. */
TC_INLINE uint32_t tc_load4(const void *p) {
#if TC_DSP
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
#else
  const uint8_t *const b = (const uint8_t *)p;
  return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
         (uint32_t)b[3] << 24;
#endif
}

/* The halves of a pair. */
TC_INLINE int32_t tc_low(uint32_t v) { return (int16_t)(v & 0xffffu); }

TC_INLINE int32_t tc_high(uint32_t v) { return (int16_t)(v >> 16); }

TC_INLINE uint32_t tc_pair(int32_t low, int32_t high) {
  return ((uint32_t)low & 0xffffu) | (uint32_t)high << 16;
}

/* Bytes 0 and 2 of v, sign-extended. */
TC_INLINE uint32_t tc_even_bytes(uint32_t v) {
#if TC_DSP
  uint32_t pair;
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(v));
  return pair;
#else
  return tc_pair((int8_t)(v & 0xffu), (int8_t)(v >> 16 & 0xffu));
#endif
}

/* Bytes 1 and 3 of v, sign-extended. */
TC_INLINE uint32_t tc_odd_bytes(uint32_t v) {
#if TC_DSP
  uint32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(v));
  return pair;
#else
  return tc_even_bytes(v >> 8);
#endif
}

/* The low halves of a and of b; their high halves. */
TC_INLINE uint32_t tc_lows(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return (a & 0xffffu) | b << 16;
#endif
}

TC_INLINE uint32_t tc_highs(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(b), "r"(a));
  return pair;
#else
  return a >> 16 | (b & 0xffff0000u);
#endif
}

/* The sums of the halves, and their differences, modulo 2^16. */
TC_INLINE uint32_t tc_add2(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("sadd16 %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return tc_pair(tc_low(a) + tc_low(b), tc_high(a) + tc_high(b));
#endif
}

TC_INLINE uint32_t tc_sub2(uint32_t a, uint32_t b) {
#if TC_DSP
  uint32_t pair;
  __asm__("ssub16 %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
  return pair;
#else
  return tc_pair(tc_low(a) - tc_low(b), tc_high(a) - tc_high(b));
#endif
}

/* pairs[i] = (byte i of a, byte i of b), sign-extended. */
TC_INLINE void tc_zip4(uint32_t a, uint32_t b, uint32_t pairs[4]) {
#if TC_DSP
  uint32_t p0;
  uint32_t p1;
  uint32_t p2;
  uint32_t p3;
  __asm__(
      "sxtb16 %0, %4\n\t"
      "sxtb16 %1, %5\n\t"
      "pkhtb  %2, %1, %0, asr #16\n\t"
      "pkhbt  %0, %0, %1, lsl #16\n\t"
      "sxtb16 %4, %4, ror #8\n\t"
      "sxtb16 %5, %5, ror #8\n\t"
      "pkhbt  %1, %4, %5, lsl #16\n\t"
      "pkhtb  %3, %5, %4, asr #16"
      : "=&r"(p0), "=&r"(p1), "=&r"(p2), "=&r"(p3), "+r"(a), "+r"(b));
  pairs[0] = p0;
  pairs[1] = p1;
  pairs[2] = p2;
  pairs[3] = p3;
#else
  pairs[0] = tc_lows(tc_even_bytes(a), tc_even_bytes(b));
  pairs[1] = tc_lows(tc_odd_bytes(a), tc_odd_bytes(b));
  pairs[2] = tc_highs(tc_even_bytes(a), tc_even_bytes(b));
  pairs[3] = tc_highs(tc_odd_bytes(a), tc_odd_bytes(b));
#endif
}

/* acc + a.low * b.low + a.high * b.high, modulo 2^32. */
TC_INLINE int32_t tc_mac2(uint32_t a, uint32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smlad %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return (int32_t)((uint32_t)acc + (uint32_t)(tc_low(a) * tc_low(b)) +
                   (uint32_t)(tc_high(a) * tc_high(b)));
#endif
}

/* acc + a.low * b.high, modulo 2^32. */
TC_INLINE int32_t tc_mac_low_high(uint32_t a, uint32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smlabt %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return (int32_t)((uint32_t)acc + (uint32_t)(tc_low(a) * tc_high(b)));
#endif
}

/* v, or the end of int8's range that is next to it. */
TC_INLINE int32_t tc_saturate8(int32_t v) {
#if TC_DSP
  int32_t byte;
  __asm__("ssat %0, #8, %1" : "=r"(byte) : "r"(v));
  return byte;
#else
  return tc_clamp(v, -128, 127);
#endif
}

/* tc_requant(acc, mult, 0) + zero in one instruction. */
TC_INLINE int32_t tc_requant_add(int32_t acc, int32_t mult, int32_t zero) {
#if TC_DSP
  int32_t sum;
  __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(acc), "r"(mult), "r"(zero));
  return sum;
#else
  return tc_requant(acc, mult, 0) + zero;
#endif
}

#endif /* TC_DSP_H_ */
