/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized fully connected layer for cores that multiply 16 bytes at a time,
 * with the weights of tc_by16.h.
 */
#include <string.h>

#include "dense/dense.h"
#include "tc_by16.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* Two rows of x at a time, from scratch where they do not fill whole vectors.
 */
TC_KERNEL void tc_dense_s8_by16(const tc_dense_shape *s,
                                const tc_dense_s8_quant *q, const int8_t *x,
                                const uint32_t *w, int8_t *scratch, int8_t *y) {
  const int32_t steps = tc_by16_steps(s->in);
  tc_by16_job job;
  int32_t r;
  int32_t rows;
  job.w = w;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (r = 0; r < s->rows; r += rows) {
    rows = tc_min(s->rows - r, 2);
    job.x0 = x;
    job.x1 = x + s->in;
    if (s->in % 16 != 0) {
      memcpy(scratch, x, (size_t)s->in);
      job.x0 = scratch;
      if (rows == 2) memcpy(scratch + 16 * steps, job.x1, (size_t)s->in);
      job.x1 = scratch + 16 * steps;
    }
    tc_by16_channels(&job, q, steps, rows, s->out, y);
    x += rows * s->in;
    y += rows * s->out;
  }
}
