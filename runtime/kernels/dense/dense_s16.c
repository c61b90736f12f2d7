/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected layer of 16-bit activations and 8-bit weights. */
#include "dense/dense.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_dense_s16(const tc_dense_shape *s,
                            const tc_dense_s16_quant *q, const int16_t *x,
                            const int8_t *w, const int64_t *bias,
                            const int32_t *mult, int16_t *y) {
  int32_t r;
  int32_t o;
  int32_t i;
  for (r = 0; r < s->rows; ++r) {
    const int8_t *ws = w;
    for (o = 0; o < s->out; ++o) {
      int64_t acc = bias[o];
      for (i = 0; i < s->in; ++i) acc += (int32_t)x[i] * ws[i];
      y[o] = (int16_t)tc_clamp_offset(tc_requant64(acc, mult[o], q->shift),
                                      q->out_zero, q->lo, q->hi);
      ws += s->in;
    }
    x += s->in;
    y += s->out;
  }
}
