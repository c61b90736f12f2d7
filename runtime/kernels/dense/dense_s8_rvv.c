/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized fully connected layer with RISC-V's vectors: blocks of 32 outputs,
 * of 3 rows of x at a time. */
#include "dense/dense.h"
#include "tc_bytes.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_rvv_sums.h"

/* One row with zero points of weights. */
TC_INLINE void tc_dense_rvv_row_any(const tc_dense_shape *s,
                                    const tc_dense_s8_quant *q, const int8_t *x,
                                    const int8_t *w, const int32_t *bias,
                                    const int32_t *mult, const int32_t *w_zero,
                                    int8_t *y) {
  int32_t o;
  int32_t i;
  for (o = 0; o < s->out; ++o) {
    const int32_t in_block = o % TC_RVV_BLOCK;
    const int32_t first = o - in_block; /* of the block */
    const int32_t n = tc_min(s->out - first, TC_RVV_BLOCK);
    const int8_t *ws = w + first * s->in + in_block;
    int32_t acc = bias[o];
    for (i = 0; i < s->in; ++i) {
      acc += x[i] * (*ws - w_zero[o]);
      ws += n;
    }
    y[o] = (int8_t)tc_clamp_offset(tc_requant(acc, mult[o], q->shift),
                                   q->out_zero, q->lo, q->hi);
  }
}

TC_KERNEL void tc_dense_s8_rvv(const tc_dense_shape *s,
                               const tc_dense_s8_quant *quant, const int8_t *x,
                               const int8_t *w, const int32_t *bias,
                               const int32_t *mult, const int32_t *w_zero,
                               int8_t *y) {
  const tc_dense_s8_quant q = *quant; /* y might be its bytes */
  tc_rvv_sums_job job;
  int32_t r;
  int32_t rows;
  int32_t i;
  job.rows = job.columns = 1;
  job.taps = s->in;
  job.w = w;
  job.w_row = 0;
  job.w_block = s->in;
  job.start = bias;
  job.mult = mult;
  job.shift = q.shift;
  job.zero = q.out_zero;
  job.channels = s->out;
  for (r = 0; r < s->rows; r += rows) {
    rows = s->rows - r >= 3 && w_zero == NULL ? 3 : 1;
    for (i = 0; i < rows; ++i) {
      job.x[i] = x + i * s->in;
      job.y[i] = y + i * s->out;
    }
    if (w_zero != NULL) {
      tc_dense_rvv_row_any(s, &q, x, w, bias, mult, w_zero, y);
    } else {
      if (rows == 3) {
        tc_rvv_sums_three(&job);
      } else {
        tc_rvv_sums_one(&job);
      }
      tc_clamp_bytes(y, rows * s->out, q.lo, q.hi);
    }
    x += rows * s->in;
    y += rows * s->out;
  }
}
