/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized fully connected layer with compressed weights, for any 32-bit
 * processor: a weight is decoded once for 4 rows, or for 1 where fewer are
 * left.
 */
#ifndef TC_DENSE_COMPRESSED_H_
#define TC_DENSE_COMPRESSED_H_

#include <stdint.h>

#include "dense/dense.h"
#include "tc_compressed.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

TC_INLINE void tc_dense_compressed(const tc_dense_shape *s,
                                   const tc_dense_s8_quant *q, tc_mac4_fn *mac4,
                                   tc_mac1_fn *mac1, const int8_t *x,
                                   const uint8_t *table, const uint8_t *w,
                                   const int32_t *bias, const int32_t *mult,
                                   int8_t *y) {
  tc_range all;
  int32_t o;
  int32_t r;
  int32_t rows;
  int32_t p;
  all.first = 0;
  all.last = s->in;
  for (o = 0; o < s->out; ++o) {
    const uint8_t *end = w; /* of the output's weights */
    for (r = 0; r < s->rows; r += rows) {
      const int8_t *const xs = x + r * s->in;
      int32_t acc[4];
      rows = r + 4 <= s->rows ? 4 : 1;
      for (p = 0; p < 4; ++p) acc[p] = bias[o];
      end = rows == 4 ? mac4(acc, xs, s->in, table, w, s->in)
                      : mac1(acc, xs, all, 0, table, w, s->in);
      for (p = 0; p < rows; ++p) {
        y[(r + p) * s->out + o] = (int8_t)tc_clamp_offset(
            tc_requant(acc[p], mult[o], q->shift), q->out_zero, q->lo, q->hi);
      }
    }
    w = end;
  }
}

#endif /* TC_DENSE_COMPRESSED_H_ */
