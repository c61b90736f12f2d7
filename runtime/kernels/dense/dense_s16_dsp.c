/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fully connected layer of 16-bit activations and 8-bit weights for cores that
 * multiply pairs of 16-bit numbers: blocks of 2 outputs, up to 3 rows of x at a
 * time.
 */
#include "dense/dense.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_runs16.h"

/* The last output of an odd number. */
TC_INLINE int64_t tc_dense_s16_dsp_last(const int16_t *x, const int8_t *w,
                                        int32_t n) {
  int64_t acc = 0;
  int32_t i;
  for (i = 0; i < n; ++i) acc += (int32_t)x[i] * w[i];
  return acc;
}

TC_KERNEL void tc_dense_s16_dsp(const tc_dense_shape *s,
                                const tc_dense_s16_quant *q, const int16_t *x,
                                const int8_t *w, const int64_t *bias,
                                const int32_t *mult, int16_t *y) {
  int32_t rows;
  int32_t r;
  int32_t o;
  int32_t p;
  int32_t c;
  for (r = 0; r < s->rows; r += rows) {
    int32_t width;
    rows = tc_min(3, s->rows - r);
    for (o = 0; o < s->out; o += width) {
      int64_t acc[6];
      tc_runs16 runs;
      runs.x = x;
      runs.x_step = s->in;
      runs.x_row = 0;
      runs.w = w + o * s->in;
      runs.w_row = 0;
      runs.rows = 1;
      runs.run = s->in;
      width = tc_min(2, s->out - o);
      for (p = 0; p < rows; ++p) {
        for (c = 0; c < 2; ++c) acc[2 * p + c] = bias[o + c % width];
      }
      if (width == 2) {
        tc_runs16_add(&runs, rows, acc);
      } else {
        for (p = 0; p < rows; ++p) {
          acc[2 * p] +=
              tc_dense_s16_dsp_last(x + p * s->in, w + o * s->in, s->in);
        }
      }
      tc_runs16_outputs(acc, q, mult + o, width, rows, s->out, y + o);
    }
    x += rows * s->in;
    y += rows * s->out;
  }
}
