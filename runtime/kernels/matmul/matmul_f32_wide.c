/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float matrix product for hosts with wide vectors: two vectors of columns by
 * up to 6 rows at a time.
 */
#include <math.h>

#include "matmul/matmul.h"
#include "tc_kernel.h"
#include "tc_walk.h"
#include "tc_wide.h"

TC_KERNEL void tc_matmul_f32_wide(const tc_matmul_shape *s, const float *a,
                                  const float *b, float *y) {
  const float zeros[TC_WIDE_COLS] = {0};
  const tc_act_f32 act = {-INFINITY, INFINITY};
  const int32_t batches = tc_count(s->rank, s->batch);
  tc_walk at;
  int32_t n;
  int32_t c;
  int32_t cols;
  int32_t r;
  int32_t rows;
  tc_walk_begin(&at, s->rank, 0, 0);
  for (n = 0; n < batches; ++n) {
    const float *const an = a + at.a;
    const float *const bn = b + at.b;
    for (c = 0; c < s->cols; c += cols) {
      cols = tc_min(TC_WIDE_COLS, s->cols - c);
      for (r = 0; r < s->rows; r += rows) {
        tc_wide_tile tile;
        rows = tc_wide_pixels(s->rows - r);
        tc_wide_begin(&tile, rows, cols, zeros);
        tc_wide_mac(tile.sum, rows, cols, an + r * s->inner, s->inner, bn + c,
                    s->cols, s->inner, bn + s->inner * s->cols);
        tc_wide_end(&tile, rows, cols, &act, y + r * s->cols + c, s->cols);
      }
    }
    y += s->rows * s->cols;
    tc_walk_next(&at, s->rank, s->batch, s->a_stride, s->b_stride);
  }
}
