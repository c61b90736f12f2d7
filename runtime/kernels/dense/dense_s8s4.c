/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized fully connected layer with weights of 4 bits, for any 32-bit
 * processor: blocks of 4 outputs, whose weights for one input are two bytes.
 */
#include "dense/dense.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_packed.h"

TC_INLINE int8_t tc_dense_s8s4_output(const tc_dense_s8_quant *q, int32_t acc,
                                      int32_t mult) {
  return (int8_t)tc_clamp_offset(tc_requant(acc, mult, q->shift), q->out_zero,
                                 q->lo, q->hi);
}

TC_KERNEL void tc_dense_s8s4(const tc_dense_shape *s,
                             const tc_dense_s8_quant *q, const int8_t *x,
                             const uint8_t *w, const int32_t *bias,
                             const int32_t *mult, int8_t *y) {
  int32_t r;
  int32_t o;
  int32_t i;
  int32_t c;
  for (r = 0; r < s->rows; ++r) {
    const uint8_t *ws = w;
    for (o = 0; o + 4 <= s->out; o += 4) {
      int32_t acc[4];
      int32_t a0 = bias[o], a1 = bias[o + 1], a2 = bias[o + 2],
              a3 = bias[o + 3];
      for (i = 0; i < s->in; ++i) {
        const int32_t v = x[i];
        a0 += v * tc_s4_low(ws[0]);
        a1 += v * tc_s4_high(ws[0]);
        a2 += v * tc_s4_low(ws[1]);
        a3 += v * tc_s4_high(ws[1]);
        ws += 2;
      }
      acc[0] = a0, acc[1] = a1, acc[2] = a2, acc[3] = a3;
      for (c = 0; c < 4; ++c) {
        y[o + c] = tc_dense_s8s4_output(q, acc[c], mult[o + c]);
      }
    }
    /* The last block has fewer outputs: ws[i][0 .. last - 1]. */
    {
      const int32_t last = s->out - o;
      for (c = 0; c < last; ++c) {
        int32_t acc = bias[o + c];
        for (i = 0; i < s->in; ++i) acc += x[i] * tc_s4_at(ws, i * last + c);
        y[o + c] = tc_dense_s8s4_output(q, acc, mult[o + c]);
      }
    }
    x += s->in;
    y += s->out;
  }
}
