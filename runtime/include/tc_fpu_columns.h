/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depthwise windows of 8 channels for cores with 32 float registers:
 *
 *   sums[c] += sum over r < rows, t < taps of x[r][t][c] * w[r][t][c]
 *
 * in this order, each product and sum rounded once (fused), as the C is where
 * the compiler may contract.
 *
 * Assembly, since compilers load floats one by one: a tap is 2 VLDM beside the
 * 8 VFMA, where gcc 12 -O3 has 16 VLDR.
 */
#ifndef TC_FPU_COLUMNS_H_
#define TC_FPU_COLUMNS_H_

#include <stdint.h>

#include "tc_asm.h"
#include "tc_kernel.h"

typedef struct {
  const float *x; /* the first channel of the first tap */
  const float *w;
  int32_t x_step; /* from one tap of a row to the next */
  int32_t w_step;
  int32_t rows;  /* >= 1 */
  int32_t taps;  /* of a row, >= 1 */
  int32_t x_gap; /* from one after the last tap of a row to the next row */
  int32_t w_gap;
  float *sums; /* [8] */
} tc_fpu_columns_job;

#if TC_FPU_ASM

/* x in r0, w in r1, steps in r2 and r3, rows in r4, taps in r5, gaps in r6 and
 * r7, sums in r8 and s0-s7. */
TC_ASM_FUNCTION static void tc_fpu_columns(const tc_fpu_columns_job *job
                                           __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r9}\n"
      "  vpush  {s16-s23}\n"
      "  ldm.w  r0, {r0-r8}\n"
      "  vldmia r8, {s0-s7}\n"
      "1:\n"
      "  mov    r9, r5\n"
      "2:\n"
      "  vldmia r0, {s8-s15}\n"
      "  vldmia r1, {s16-s23}\n"
      "  add    r0, r0, r2, lsl #2\n"
      "  add    r1, r1, r3, lsl #2\n"
      "  vfma.f32 s0, s8, s16\n"
      "  vfma.f32 s1, s9, s17\n"
      "  vfma.f32 s2, s10, s18\n"
      "  vfma.f32 s3, s11, s19\n"
      "  vfma.f32 s4, s12, s20\n"
      "  vfma.f32 s5, s13, s21\n"
      "  vfma.f32 s6, s14, s22\n"
      "  vfma.f32 s7, s15, s23\n"
      "  subs   r9, r9, #1\n"
      "  bne    2b\n"
      "  add    r0, r0, r6, lsl #2\n"
      "  add    r1, r1, r7, lsl #2\n"
      "  subs   r4, r4, #1\n"
      "  bne    1b\n"
      "  vstmia r8, {s0-s7}\n"
      "  vpop   {s16-s23}\n"
      "  pop    {r4-r9}\n"
      "  bx     lr\n");
}

#else

TC_INLINE void tc_fpu_columns(const tc_fpu_columns_job *job) {
  const float *x = job->x;
  const float *w = job->w;
  int32_t r;
  int32_t t;
  int32_t c;
  for (r = 0; r < job->rows; ++r) {
    for (t = 0; t < job->taps; ++t) {
      for (c = 0; c < 8; ++c) job->sums[c] += x[c] * w[c];
      x += job->x_step;
      w += job->w_step;
    }
    x += job->x_gap;
    w += job->w_gap;
  }
}

#endif

#endif /* TC_FPU_COLUMNS_H_ */
