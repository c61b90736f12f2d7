/* SPDX-License-Identifier: Apache-2.0 */
/* Averages over quantized images that come row by row. */
#include "pool/pool_part.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_avg_pool_part_s8(const tc_avg_pool_part_shape *s,
                                   const tc_avg_pool_quant *q, const int8_t *x,
                                   const int32_t *mult, int32_t *sum,
                                   int8_t *y) {
  int32_t c;
  for (c = 0; c < s->channels; ++c) {
    int32_t acc = s->first ? 0 : sum[c];
    int32_t i;
    for (i = 0; i < s->pixels; ++i) {
      acc += x[i * s->channels + c] - q->in_zero;
    }
    if (s->last) {
      y[c] = (int8_t)tc_clamp_offset(tc_requant(acc, mult[0], q->shift),
                                     q->out_zero, q->lo, q->hi);
    } else {
      sum[c] = acc;
    }
  }
}
