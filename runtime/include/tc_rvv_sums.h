/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of products for RISC-V's vectors: up to 32 channels of one pixel or of
 * three, whose weights lie side by side for each tap.  tc_rvv_sums_asm.h has
 * the loops in assembly.
 */
#ifndef TC_RVV_SUMS_H_
#define TC_RVV_SUMS_H_

#include <stddef.h>
#include <stdint.h>

#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_rvv_sums_asm.h"

/* Channels of a block of weights, of which the last one may have fewer. */
#define TC_RVV_BLOCK 32

#if !TC_RVV_ASM

TC_INLINE void tc_rvv_sums_of(const tc_rvv_sums_job *job, const int8_t *x0,
                              int8_t *y) {
  const int8_t *w_block = job->w;
  ptrdiff_t o;
  ptrdiff_t n;
  ptrdiff_t i;
  ptrdiff_t j;
  ptrdiff_t k;
  ptrdiff_t c;
  for (o = 0; o < job->channels; o += n) {
    const int8_t *w = w_block;
    const int8_t *x = x0;
    int32_t sum[TC_RVV_BLOCK];
    n = job->channels - o < TC_RVV_BLOCK ? job->channels - o : TC_RVV_BLOCK;
    for (c = 0; c < n; ++c) sum[c] = job->start[o + c];
    for (i = 0; i < job->rows; ++i) {
      for (j = 0; j < job->columns; ++j) {
        for (k = 0; k < job->taps; ++k) {
          for (c = 0; c < n; ++c) sum[c] += *x * *w++;
          ++x;
        }
        if (j + 1 < job->columns) x += job->x_column;
      }
      x += job->x_row;
      w += job->w_row * n;
    }
    for (c = 0; c < n; ++c) {
      const int32_t v =
          tc_requant(sum[c], job->mult[o + c], (int32_t)job->shift);
      y[o + c] = (int8_t)tc_clamp(v + (int32_t)job->zero, -128, 127);
    }
    w_block += job->w_block * n;
  }
}

TC_NOINLINE static void tc_rvv_sums_three(const tc_rvv_sums_job *job) {
  tc_rvv_sums_of(job, job->x[0], job->y[0]);
  tc_rvv_sums_of(job, job->x[1], job->y[1]);
  tc_rvv_sums_of(job, job->x[2], job->y[2]);
}

TC_NOINLINE static void tc_rvv_sums_one(const tc_rvv_sums_job *job) {
  tc_rvv_sums_of(job, job->x[0], job->y[0]);
}

/* start[c] += zero * sum over k < taps of w[k][c], for n channels. */
TC_NOINLINE static void tc_rvv_sums_pad(int32_t *start, int32_t zero,
                                        const int8_t *w, ptrdiff_t taps,
                                        ptrdiff_t n) {
  ptrdiff_t k;
  ptrdiff_t c;
  for (k = 0; k < taps; ++k) {
    for (c = 0; c < n; ++c) start[c] += zero * *w++;
  }
}

#endif

#endif /* TC_RVV_SUMS_H_ */
