/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized fully connected layer for cores that multiply pairs of 16-bit
 * numbers, with the weights of tc_paired.h.
 */
#include "dense/dense.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_paired.h"

/* scratch: the pairs of a row of x. */
TC_KERNEL void tc_dense_s8_paired(const tc_dense_shape *s,
                                  const tc_dense_s8_quant *q, const int8_t *x,
                                  const uint32_t *w, uint32_t *scratch,
                                  int8_t *y) {
  const int32_t pairs = tc_paired_pairs(1, s->in);
  tc_paired_job job;
  int32_t r;
  job.w = w;
  job.x = scratch;
  job.x_end = scratch + pairs;
  job.shift = q->shift;
  job.zero = q->out_zero;
  for (r = 0; r < s->rows; ++r) {
    tc_widen_one(scratch, x, s->in);
    tc_paired_channels(&job, q, 1, s->out, y);
    x += s->in;
    y += s->out;
  }
}
