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

#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && \
    !defined(__ARM_BIG_ENDIAN)
#define TC_DSP 1
#else
#define TC_DSP 0
#endif

/* Inner loops that compilers keep too little of in registers are functions in
 * assembly where this is 1, and the same in C elsewhere. */
#if TC_DSP && defined(__thumb2__) && defined(__ARM_FEATURE_UNALIGNED) && \
    !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TC_DSP_ASM 1
#else
#define TC_DSP_ASM 0
#endif

/* The same for loops over vectors (Helium), which have no jumps that would need
 * a place to land. */
#if TC_DSP && defined(__thumb2__) && defined(__ARM_FEATURE_MVE) && \
    __ARM_FEATURE_MVE + 0 >= 1
#define TC_MVE_ASM 1
#else
#define TC_MVE_ASM 0
#endif

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

#if TC_MVE_ASM
/* tc_clamp_bytes, 16 at a time. */
TC_ASM_FUNCTION static void tc_clamp_vectors(
    int8_t *y __attribute__((unused)), int32_t count __attribute__((unused)),
    int32_t lo __attribute__((unused)), int32_t hi __attribute__((unused))) {
  __asm__ volatile(
      "  push    {r4, lr}\n"
      "  vdup.8  q1, r2\n"
      "  vdup.8  q2, r3\n"
      "  wlstp.8 lr, r1, 2f\n"
      "1:\n"
      "  vldrb.8 q0, [r0]\n"
      "  vmax.s8 q0, q0, q1\n"
      "  vmin.s8 q0, q0, q2\n"
      "  vstrb.8 q0, [r0], #16\n"
      "  letp    lr, 1b\n"
      "2:\n"
      "  pop     {r4, pc}\n");
}
#endif

/* Clamps results that lie within int8's range, which is nothing to do for most
 * layers. */
TC_INLINE void tc_clamp_bytes(int8_t *y, int32_t count, int32_t lo,
                              int32_t hi) {
#if TC_MVE_ASM
  if (lo > -128 || hi < 127) tc_clamp_vectors(y, count, lo, hi);
#else
  int32_t i;
  if (lo == -128 && hi == 127) return;
  for (i = 0; i < count; ++i) y[i] = (int8_t)tc_clamp(y[i], lo, hi);
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
