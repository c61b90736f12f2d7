/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of weights in the format mask of tc_compressed.h. */
#ifndef TC_MASK_H_
#define TC_MASK_H_

#include <stdint.h>

#include "tc_compressed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The number of the lowest bit that is set, of a byte in which one is. */
TC_INLINE int32_t tc_lowest_bit(uint32_t bits) {
#if defined(__GNUC__) && (defined(__ARM_FEATURE_CLZ) || \
                          defined(__riscv_zbb) || defined(__x86_64__))
  return __builtin_ctz(bits);
#else
  /* Times a power of two, 0x1d has other bits 5 to 7 for each one. */
  static const uint8_t numbers[8] = {0, 1, 6, 2, 7, 5, 4, 3};
  const uint32_t lowest = bits & (0u - bits);
  return numbers[(lowest * 0x1du >> 5) & 7];
#endif
}

TC_INLINE const uint8_t *tc_mask_mac4(int32_t acc[4], const int8_t *x,
                                      int32_t x_step, const uint8_t *table,
                                      const uint8_t *w, int32_t taps) {
  int32_t a[4] = {acc[0], acc[1], acc[2], acc[3]};
  int32_t k;
  (void)table;
  for (k = 0; k < taps; k += 8) {
    uint32_t mask = *w++;
    for (; mask != 0; mask &= mask - 1) {
      tc_mac4(a, *w++, x + tc_lowest_bit(mask), x_step);
    }
    x += 8;
  }
  acc[0] = a[0], acc[1] = a[1], acc[2] = a[2], acc[3] = a[3];
  return w;
}

TC_INLINE const uint8_t *tc_mask_mac1(int32_t *acc, const int8_t *x,
                                      tc_range inside, int32_t outside,
                                      const uint8_t *table, const uint8_t *w,
                                      int32_t taps) {
  int32_t sum = *acc;
  int32_t k;
  (void)table;
  for (k = 0; k < taps; k += 8) {
    uint32_t mask = *w++;
    if (k >= inside.first && k < inside.last) {
      for (; mask != 0; mask &= mask - 1) {
        sum += (int8_t)*w++ * x[tc_lowest_bit(mask)];
      }
      x += 8;
    } else {
      for (; mask != 0; mask &= mask - 1) sum += (int8_t)*w++ * outside;
    }
  }
  *acc = sum;
  return w;
}

#endif /* TC_MASK_H_ */
