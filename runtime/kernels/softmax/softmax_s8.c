/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized softmax by a table of exponentials: integers only. */
#include "softmax/softmax.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_softmax_s8(const tc_softmax_shape *s,
                             const tc_softmax_quant *q, const int8_t *x,
                             const uint32_t *exp_table, int8_t *y) {
  int32_t o;
  int32_t i;
  int32_t k;
  for (o = 0; o < s->outer; ++o) {
    for (i = 0; i < s->inner; ++i) {
      int32_t max = x[i];
      uint32_t sum = 0;
      for (k = 1; k < s->n; ++k) max = tc_max(max, x[k * s->inner + i]);
      for (k = 0; k < s->n; ++k) sum += exp_table[max - x[k * s->inner + i]];
      for (k = 0; k < s->n; ++k) {
        const uint64_t e = exp_table[max - x[k * s->inner + i]];
        const uint64_t v =
            (e * q->recip + ((uint64_t)sum << 15)) / ((uint64_t)sum << 16);
        y[k * s->inner + i] =
            (int8_t)tc_clamp_offset((int32_t)v, q->out_zero, q->lo, q->hi);
      }
    }
    x += s->n * s->inner;
    y += s->n * s->inner;
  }
}
