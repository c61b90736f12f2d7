/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax of 16-bit numbers: an exponential is the product of two of a table.
 */
#include "softmax/softmax.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_INLINE uint64_t tc_softmax_exp(const uint32_t *exp_table, int32_t d) {
  const uint64_t coarse = exp_table[d >> 8];
  const uint64_t fine = exp_table[256 + (d & 255)];
  return (coarse * fine + ((uint64_t)1 << 30)) >> 31;
}

TC_KERNEL void tc_softmax_s16(const tc_softmax_shape *s,
                              const tc_softmax_quant *q, const int16_t *x,
                              const uint32_t *exp_table, int16_t *y) {
  int32_t o;
  int32_t i;
  int32_t k;
  for (o = 0; o < s->outer; ++o) {
    for (i = 0; i < s->inner; ++i) {
      int32_t max = x[i];
      uint64_t sum = 0;
      for (k = 1; k < s->n; ++k) max = tc_max(max, x[k * s->inner + i]);
      for (k = 0; k < s->n; ++k) {
        sum += tc_softmax_exp(exp_table, max - x[k * s->inner + i]);
      }
      for (k = 0; k < s->n; ++k) {
        const uint64_t e = tc_softmax_exp(exp_table, max - x[k * s->inner + i]);
        const uint64_t v = (e * q->recip + (sum << 15)) / (sum << 16);
        y[k * s->inner + i] =
            (int16_t)tc_clamp_offset((int32_t)v, q->out_zero, q->lo, q->hi);
      }
    }
    x += s->n * s->inner;
    y += s->n * s->inner;
  }
}
