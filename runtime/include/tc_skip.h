/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of weights in the format skip of tc_compressed.h. */
#ifndef TC_SKIP_H_
#define TC_SKIP_H_

#include <stdint.h>

#include "tc_compressed.h"
#include "tc_kernel.h"
#include "tc_window.h"

TC_INLINE const uint8_t *tc_skip_mac4(int32_t acc[4], const int8_t *x,
                                      int32_t x_step, const uint8_t *table,
                                      const uint8_t *w, int32_t taps) {
  int32_t a[4] = {acc[0], acc[1], acc[2], acc[3]};
  int32_t pairs;
  (void)table, (void)taps;
  do {
    int32_t i;
    pairs = *w++;
    for (i = 0; i < pairs; ++i) {
      x += w[0] & 15;
      tc_mac4(a, w[1], x, x_step);
      x += w[0] >> 4;
      tc_mac4(a, w[2], x, x_step);
      w += 3;
    }
  } while (pairs == 255);
  acc[0] = a[0], acc[1] = a[1], acc[2] = a[2], acc[3] = a[3];
  return w;
}

/* The product of a weight and tap k. */
TC_INLINE int32_t tc_skip_product(uint8_t weight, const int8_t *x, int32_t k,
                                  tc_range inside, int32_t outside) {
  const int32_t i = k - inside.first;
  return (int8_t)weight *
         (i >= 0 && i < inside.last - inside.first ? x[i] : outside);
}

TC_INLINE const uint8_t *tc_skip_mac1(int32_t *acc, const int8_t *x,
                                      tc_range inside, int32_t outside,
                                      const uint8_t *table, const uint8_t *w,
                                      int32_t taps) {
  const int32_t whole = inside.first == 0 && inside.last == taps;
  int32_t sum = *acc;
  int32_t k = 0;
  int32_t pairs;
  (void)table;
  do {
    int32_t i;
    pairs = *w++;
    for (i = 0; i < pairs; ++i) {
      if (whole) {
        x += w[0] & 15;
        sum += (int8_t)w[1] * x[0];
        x += w[0] >> 4;
        sum += (int8_t)w[2] * x[0];
      } else {
        k += w[0] & 15;
        sum += tc_skip_product(w[1], x, k, inside, outside);
        k += w[0] >> 4;
        sum += tc_skip_product(w[2], x, k, inside, outside);
      }
      w += 3;
    }
  } while (pairs == 255);
  *acc = sum;
  return w;
}

#endif /* TC_SKIP_H_ */
