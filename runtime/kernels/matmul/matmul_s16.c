/* SPDX-License-Identifier: Apache-2.0 */
/* Matrix product of 16-bit numbers, 4 columns at a time. */
#include "matmul/matmul.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_walk.h"

/* The products of a row of a and n <= 4 columns of b, rounded to y. */
TC_INLINE void tc_matmul_s16_columns(const tc_matmul_shape *s,
                                     const tc_matmul_quant *q, const int16_t *a,
                                     const int16_t *b, const int32_t n,
                                     int16_t *y) {
  int64_t acc[4] = {0, 0, 0, 0};
  int32_t i;
  int32_t c;
  for (i = 0; i < s->inner; ++i) {
    const int64_t v = a[i] - q->a_zero;
    for (c = 0; c < n; ++c) acc[c] += v * (b[c] - q->b_zero);
    b += s->cols;
  }
  for (c = 0; c < n; ++c) {
    y[c] = (int16_t)tc_clamp_offset(tc_requant64(acc[c], q->mult, q->shift),
                                    q->out_zero, q->lo, q->hi);
  }
}

TC_KERNEL void tc_matmul_s16(const tc_matmul_shape *s, const tc_matmul_quant *q,
                             const int16_t *a, const int16_t *b, int16_t *y) {
  const int32_t batches = tc_count(s->rank, s->batch);
  tc_walk at;
  int32_t n;
  int32_t r;
  int32_t c;
  tc_walk_begin(&at, s->rank, 0, 0);
  for (n = 0; n < batches; ++n) {
    for (r = 0; r < s->rows; ++r) {
      const int16_t *const ar = a + at.a + r * s->inner;
      for (c = 0; c + 4 <= s->cols; c += 4) {
        tc_matmul_s16_columns(s, q, ar, b + at.b + c, 4, y + c);
      }
      tc_matmul_s16_columns(s, q, ar, b + at.b + c, s->cols - c, y + c);
      y += s->cols;
    }
    tc_walk_next(&at, s->rank, s->batch, s->a_stride, s->b_stride);
  }
}
