/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float fully connected layer for hosts with wide vectors: blocks of 32
 * outputs, up to 6 rows of the batch at a time.
 */
#include "dense/dense.h"
#include "tc_kernel.h"
#include "tc_wide.h"

TC_KERNEL void tc_dense_f32_wide(const tc_dense_shape *s, const tc_act_f32 *act,
                                 const float *x, const float *w,
                                 const float *bias, float *y) {
  const float *const w_end = w + s->out * s->in;
  int32_t block;
  int32_t width;
  int32_t o;
  int32_t cols;
  int32_t r;
  int32_t rows;
  for (block = 0; block < s->out; block += width) {
    width = tc_min(32, s->out - block);
    for (o = block; o < block + width; o += cols) {
      cols = tc_min(TC_WIDE_COLS, block + width - o);
      for (r = 0; r < s->rows; r += rows) {
        tc_wide_tile tile;
        rows = tc_wide_pixels(s->rows - r);
        tc_wide_begin(&tile, rows, cols, bias + o);
        tc_wide_mac(tile.sum, rows, cols, x + r * s->in, s->in,
                    w + block * s->in + (o - block), width, s->in, w_end);
        tc_wide_end(&tile, rows, cols, act, y + r * s->out + o, s->out);
      }
    }
  }
}
