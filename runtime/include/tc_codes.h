/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of weights in the format codes of tc_compressed.h. */
#ifndef TC_CODES_H_
#define TC_CODES_H_

#include <stdint.h>

#include "tc_compressed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The bytes of the table. */
#define TC_CODES_TABLE 16

TC_INLINE const uint8_t *tc_codes_mac4(int32_t acc[4], const int8_t *x,
                                       int32_t x_step, const uint8_t *table,
                                       const uint8_t *w, int32_t taps) {
  int32_t a[4] = {acc[0], acc[1], acc[2], acc[3]};
  int32_t k;
  for (k = 0; k < taps; k += 2) {
    const uint32_t codes = *w++;
    tc_mac4(a, table[codes & 15], x, x_step);
    tc_mac4(a, table[codes >> 4], x + 1, x_step);
    x += 2;
  }
  acc[0] = a[0], acc[1] = a[1], acc[2] = a[2], acc[3] = a[3];
  return w;
}

TC_INLINE const uint8_t *tc_codes_mac1(int32_t *acc, const int8_t *x,
                                       tc_range inside, int32_t outside,
                                       const uint8_t *table, const uint8_t *w,
                                       int32_t taps) {
  int32_t sum = *acc;
  int32_t k;
  for (k = 0; k < taps; k += 2) {
    const uint32_t codes = *w++;
    const int32_t v0 = (int8_t)table[codes & 15];
    const int32_t v1 = (int8_t)table[codes >> 4];
    if (k >= inside.first && k < inside.last) {
      sum += v0 * x[0] + v1 * x[1];
      x += 2;
    } else {
      sum += outside * (v0 + v1);
    }
  }
  *acc = sum;
  return w;
}

#endif /* TC_CODES_H_ */
