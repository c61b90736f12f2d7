/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of one half of each of two words, beside tc_mac_low_high of
 * tc_dsp.h: acc + a.<half> * b.<half>, modulo 2^32.
 */
#ifndef TC_HALVES_H_
#define TC_HALVES_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

TC_INLINE int32_t tc_mac_low_low(uint32_t a, uint32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return (int32_t)((uint32_t)acc + (uint32_t)(tc_low(a) * tc_low(b)));
#endif
}

TC_INLINE int32_t tc_mac_high_low(uint32_t a, uint32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smlatb %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return tc_mac_low_low(a >> 16, b, acc);
#endif
}

TC_INLINE int32_t tc_mac_high_high(uint32_t a, uint32_t b, int32_t acc) {
#if TC_DSP
  int32_t sum;
  __asm__("smlatt %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(acc));
  return sum;
#else
  return tc_mac_low_low(a >> 16, b >> 16, acc);
#endif
}

#endif /* TC_HALVES_H_ */
