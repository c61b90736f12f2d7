/* SPDX-License-Identifier: Apache-2.0 */
/* Averages over images of floats that come row by row. */
#include "pool/pool_part.h"
#include "tc_kernel.h"

TC_KERNEL void tc_avg_pool_part_f32(const tc_avg_pool_part_shape *s,
                                    const float *x, float *sum, float *y) {
  int32_t c;
  for (c = 0; c < s->channels; ++c) {
    float acc = s->first ? 0.0f : sum[c];
    int32_t i;
    for (i = 0; i < s->pixels; ++i) {
      acc += x[i * s->channels + c];
    }
    if (s->last) {
      y[c] = acc / (float)s->count;
    } else {
      sum[c] = acc;
    }
  }
}
