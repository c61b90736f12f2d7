/* SPDX-License-Identifier: Apache-2.0 */
/* Float matrix product: row by row, adding up rows of b, which lie contiguous.
 */
#include "matmul/matmul.h"
#include "tc_kernel.h"
#include "tc_walk.h"

TC_KERNEL void tc_matmul_f32(const tc_matmul_shape *s, const float *a,
                             const float *b, float *y) {
  const int32_t batches = tc_count(s->rank, s->batch);
  tc_walk at;
  int32_t n;
  int32_t r;
  int32_t i;
  int32_t c;
  tc_walk_begin(&at, s->rank, 0, 0);
  for (n = 0; n < batches; ++n) {
    for (r = 0; r < s->rows; ++r) {
      const float *const ar = a + at.a + r * s->inner;
      for (c = 0; c < s->cols; ++c) y[c] = 0.0f;
      for (i = 0; i < s->inner; ++i) {
        const float *const br = b + at.b + i * s->cols;
        const float v = ar[i];
        for (c = 0; c < s->cols; ++c) y[c] += v * br[c];
      }
      y += s->cols;
    }
    tc_walk_next(&at, s->rank, s->batch, s->a_stride, s->b_stride);
  }
}
