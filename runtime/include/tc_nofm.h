/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of weights in the formats 2of4 and 1of4 of tc_compressed.h. */
#ifndef TC_NOFM_H_
#define TC_NOFM_H_

#include <stdint.h>

#include "tc_compressed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/* The tap of a value, the first to the fourth one that follow the places. */
TC_INLINE int32_t tc_nofm_tap(uint8_t places, int32_t value, int32_t n) {
  return value / n * 4 + ((places >> (2 * value)) & 3);
}

/* The functions of <n>of4. */
TC_INLINE const uint8_t *tc_nofm_mac4(int32_t acc[4], const int8_t *x,
                                      int32_t x_step, const uint8_t *w,
                                      int32_t taps, int32_t n) {
  int32_t a[4] = {acc[0], acc[1], acc[2], acc[3]};
  int32_t k;
  for (k = 0; k < taps; k += 16 / n) {
    tc_mac4(a, w[1], x + tc_nofm_tap(w[0], 0, n), x_step);
    tc_mac4(a, w[2], x + tc_nofm_tap(w[0], 1, n), x_step);
    tc_mac4(a, w[3], x + tc_nofm_tap(w[0], 2, n), x_step);
    tc_mac4(a, w[4], x + tc_nofm_tap(w[0], 3, n), x_step);
    x += 16 / n;
    w += 5;
  }
  acc[0] = a[0], acc[1] = a[1], acc[2] = a[2], acc[3] = a[3];
  return w;
}

TC_INLINE const uint8_t *tc_nofm_mac1(int32_t *acc, const int8_t *x,
                                      tc_range inside, int32_t outside,
                                      const uint8_t *w, int32_t taps,
                                      int32_t n) {
  int32_t sum = *acc;
  int32_t k;
  for (k = 0; k < taps; k += 16 / n) {
    if (k >= inside.first && k < inside.last) {
      sum += (int8_t)w[1] * x[tc_nofm_tap(w[0], 0, n)];
      sum += (int8_t)w[2] * x[tc_nofm_tap(w[0], 1, n)];
      sum += (int8_t)w[3] * x[tc_nofm_tap(w[0], 2, n)];
      sum += (int8_t)w[4] * x[tc_nofm_tap(w[0], 3, n)];
      x += 16 / n;
    } else {
      sum +=
          outside * ((int8_t)w[1] + (int8_t)w[2] + (int8_t)w[3] + (int8_t)w[4]);
    }
    w += 5;
  }
  *acc = sum;
  return w;
}

#define TC_NOFM(format, n)                                                   \
  TC_INLINE const uint8_t *tc_##format##_mac4(                               \
      int32_t acc[4], const int8_t *x, int32_t x_step, const uint8_t *table, \
      const uint8_t *w, int32_t taps) {                                      \
    (void)table;                                                             \
    return tc_nofm_mac4(acc, x, x_step, w, taps, n);                         \
  }                                                                          \
  TC_INLINE const uint8_t *tc_##format##_mac1(                               \
      int32_t *acc, const int8_t *x, tc_range inside, int32_t outside,       \
      const uint8_t *table, const uint8_t *w, int32_t taps) {                \
    (void)table;                                                             \
    return tc_nofm_mac1(acc, x, inside, outside, w, taps, n);                \
  }

TC_NOFM(1of4, 1)
TC_NOFM(2of4, 2)

#endif /* TC_NOFM_H_ */
