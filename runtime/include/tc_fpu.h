/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inner products of 4 output channels for cores with 32 float registers: 1 or 2
 * pixels, over the rows of a window.
 *
 *   sums[p][c] += sum over r < rows, k < run of
 *       x[p * step + r * (run + x_gap) + k] * w[r * (4 * run + w_gap) + 4 * k +
 * c]
 *
 * in this order, each product and sum rounded once (fused), as the C is where
 * the compiler may contract.
 *
 * Assembly, since compilers load floats one by one: for 4 taps of two pixels 3
 * VLDM beside the 32 VFMA, where gcc 12 -O3 has 24 VLDR.  On Cortex-M4 3x3
 * layers of 64 channels take 1.0 instructions per product, by conv2d_f32.c 2.0.
 */
#ifndef TC_FPU_H_
#define TC_FPU_H_

#include <stdint.h>

#include "tc_asm.h"
#include "tc_kernel.h"

typedef struct {
  const float *x; /* of the first pixel */
  int32_t step;   /* from it to that of the second one */
  const float *w;
  int32_t rows;  /* >= 1 */
  int32_t run;   /* >= 1 */
  int32_t x_gap; /* from the end of a row to the next one */
  int32_t w_gap;
  float *sums; /* [pixels][4] */
} tc_fpu_job;

#if TC_FPU_ASM

#define TC_FPU_TAP(s0, s1, s2, s3, x, w0, w1, w2, w3) \
  "  vfma.f32 s" #s0 ", s" #x ", s" #w0               \
  "\n"                                                \
  "  vfma.f32 s" #s1 ", s" #x ", s" #w1               \
  "\n"                                                \
  "  vfma.f32 s" #s2 ", s" #x ", s" #w2               \
  "\n"                                                \
  "  vfma.f32 s" #s3 ", s" #x ", s" #w3 "\n"

/* 4 taps of the pixel whose first sum and first operand are given. */
#define TC_FPU_TAPS(s0, s1, s2, s3, x0, x1, x2, x3) \
  TC_FPU_TAP(s0, s1, s2, s3, x0, 16, 17, 18, 19)    \
  TC_FPU_TAP(s0, s1, s2, s3, x1, 20, 21, 22, 23)    \
  TC_FPU_TAP(s0, s1, s2, s3, x2, 24, 25, 26, 27)    \
  TC_FPU_TAP(s0, s1, s2, s3, x3, 28, 29, 30, 31)

/* x in r0 and r1, w in r2, rows in r3, run in r4, gaps in r5 and r6, sums in r7
 * and s0-s7. */
TC_ASM_FUNCTION static void tc_fpu_two(const tc_fpu_job *job
                                       __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r8, lr}\n"
      "  vpush  {s16-s31}\n"
      "  ldm.w  r0, {r0-r7}\n"
      "  add    r1, r0, r1, lsl #2\n"
      "  vldmia r7, {s0-s7}\n"
      "1:\n"
      "  subs   r8, r4, #4\n"
      "  blt    3f\n"
      "2:\n"
      "  vldmia r0!, {s8-s11}\n"
      "  vldmia r1!, {s12-s15}\n"
      "  vldmia r2!, {s16-s31}\n" TC_FPU_TAPS(0, 1, 2, 3, 8, 9, 10, 11)
          TC_FPU_TAPS(4, 5, 6, 7, 12, 13, 14, 15)
      "  subs   r8, r8, #4\n"
      "  bge    2b\n"
      "3:\n"
      "  adds   r8, r8, #4\n"
      "  beq    5f\n"
      "4:\n" /* a tap */
      "  vldmia r0!, {s8}\n"
      "  vldmia r1!, {s12}\n"
      "  vldmia r2!, {s16-s19}\n" TC_FPU_TAP(0, 1, 2, 3, 8, 16, 17, 18, 19)
          TC_FPU_TAP(4, 5, 6, 7, 12, 16, 17, 18, 19)
      "  subs   r8, r8, #1\n"
      "  bne    4b\n"
      "5:\n" /* the next row */
      "  add    r0, r0, r5, lsl #2\n"
      "  add    r1, r1, r5, lsl #2\n"
      "  add    r2, r2, r6, lsl #2\n"
      "  subs   r3, r3, #1\n"
      "  bne    1b\n"
      "  vstmia r7, {s0-s7}\n"
      "  vpop   {s16-s31}\n"
      "  pop    {r4-r8, pc}\n");
}

/* The same for one pixel; without r1. */
TC_ASM_FUNCTION static void tc_fpu_one(const tc_fpu_job *job
                                       __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r8, lr}\n"
      "  vpush  {s16-s31}\n"
      "  ldm.w  r0, {r0-r7}\n"
      "  vldmia r7, {s0-s3}\n"
      "1:\n"
      "  subs   r8, r4, #4\n"
      "  blt    3f\n"
      "2:\n"
      "  vldmia r0!, {s8-s11}\n"
      "  vldmia r2!, {s16-s31}\n" TC_FPU_TAPS(0, 1, 2, 3, 8, 9, 10, 11)
      "  subs   r8, r8, #4\n"
      "  bge    2b\n"
      "3:\n"
      "  adds   r8, r8, #4\n"
      "  beq    5f\n"
      "4:\n" /* a tap */
      "  vldmia r0!, {s8}\n"
      "  vldmia r2!, {s16-s19}\n" TC_FPU_TAP(0, 1, 2, 3, 8, 16, 17, 18, 19)
      "  subs   r8, r8, #1\n"
      "  bne    4b\n"
      "5:\n" /* the next row */
      "  add    r0, r0, r5, lsl #2\n"
      "  add    r2, r2, r6, lsl #2\n"
      "  subs   r3, r3, #1\n"
      "  bne    1b\n"
      "  vstmia r7, {s0-s3}\n"
      "  vpop   {s16-s31}\n"
      "  pop    {r4-r8, pc}\n");
}

#undef TC_FPU_TAP
#undef TC_FPU_TAPS

#else

TC_INLINE void tc_fpu_pixels(const tc_fpu_job *job, int32_t pixels) {
  int32_t p;
  for (p = 0; p < pixels; ++p) {
    float *const sums = job->sums + 4 * p;
    const float *x = job->x + p * job->step;
    const float *w = job->w;
    float a0 = sums[0], a1 = sums[1], a2 = sums[2], a3 = sums[3];
    int32_t r;
    int32_t k;
    for (r = 0; r < job->rows; ++r) {
      for (k = 0; k < job->run; ++k) {
        a0 += x[k] * w[0];
        a1 += x[k] * w[1];
        a2 += x[k] * w[2];
        a3 += x[k] * w[3];
        w += 4;
      }
      x += job->run + job->x_gap;
      w += job->w_gap;
    }
    sums[0] = a0, sums[1] = a1, sums[2] = a2, sums[3] = a3;
  }
}

TC_INLINE void tc_fpu_two(const tc_fpu_job *job) { tc_fpu_pixels(job, 2); }

TC_INLINE void tc_fpu_one(const tc_fpu_job *job) { tc_fpu_pixels(job, 1); }

#endif

#endif /* TC_FPU_H_ */
