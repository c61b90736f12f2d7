/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of depthwise2d_runs_mve.h in assembly, and what it is told. */
#ifndef TC_DEPTHWISE2D_RUNS_ASM_H_
#define TC_DEPTHWISE2D_RUNS_ASM_H_

#include <stdint.h>

#include "tc_dsp.h"

/* Taps of a window that are a step apart, and whose weights follow those of the
 * run before.  Outside the image x does not move from 8 times in_zero. */
typedef struct {
  const int8_t *x;
  int32_t x_step;
  int32_t x_next; /* from 8 channels to the next ones */
  int32_t taps;
} tc_depthwise2d_run;

/* `eights` times 8 channels of an output: pointers to the first of each. */
typedef struct {
  int32_t w_step; /* from a tap to the next one */
  const int32_t *bias;
  const int32_t *mult;
  int32_t shift;
  int32_t zero;             /* zero point of y */
  tc_depthwise2d_run *runs; /* move on while it works */
  tc_depthwise2d_run *runs_end;
  int8_t *y;
  int32_t eights;
  const int8_t *w;
} tc_depthwise2d_runs_job;

#if TC_MVE_ASM

/* Sums of even channels in q0, of odd ones in q1.  The stack holds runs,
 * runs_end, y, eights and w. */
TC_ASM_FUNCTION static void tc_depthwise2d_eights(
    const tc_depthwise2d_runs_job *job __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  vpush  {d8, d9}\n"
      "  ldm    r0!, {r6-r10}\n"
      "  ldm    r0, {r1-r5}\n"
      "  push   {r1-r5}\n"
      "1:\n" /* 8 channels */
      "  vmov.i32   q0, #0\n"
      "  vmov.i32   q1, #0\n"
      "  ldrd   r0, r11, [sp]\n"
      "  ldr    r4, [sp, #16]\n"
      "  add.w  r12, r4, #8\n"
      "  str.w  r12, [sp, #16]\n"
      "2:\n" /* a run */
      "  ldm.w  r0, {r1-r3, r5}\n"
      "  add    r3, r3, r1\n"
      "  str    r3, [r0], #16\n"
      "  dls    lr, r5\n"
      "3:\n"
      "  vldrb.s16  q2, [r1]\n"
      "  add    r1, r1, r2\n"
      "  vldrb.s16  q3, [r4]\n"
      "  add    r4, r4, r6\n"
      "  vmullb.s16 q4, q2, q3\n"
      "  vmullt.s16 q2, q2, q3\n"
      "  vadd.i32   q0, q0, q4\n"
      "  vadd.i32   q1, q1, q2\n"
      "  le     lr, 3b\n"
      "  cmp    r0, r11\n"
      "  bne.n  2b\n"
      "  vld20.32   {q2, q3}, [r7]\n"
      "  vld21.32   {q2, q3}, [r7]!\n"
      "  vadd.i32   q0, q0, q2\n"
      "  vadd.i32   q1, q1, q3\n"
      "  vld20.32   {q2, q3}, [r8]\n"
      "  vld21.32   {q2, q3}, [r8]!\n"
      "  vshl.s32   q0, r9\n"
      "  vshl.s32   q1, r9\n"
      "  vrmulh.s32 q0, q0, q2\n"
      "  vrmulh.s32 q1, q1, q3\n"
      "  vadd.i32   q0, q0, r10\n"
      "  vadd.i32   q1, q1, r10\n"
      "  ldrd   r1, r2, [sp, #8]\n"
      "  vqmovnb.s32 q0, q0\n"
      "  vqmovnt.s32 q0, q1\n"
      "  vqmovnb.s16 q0, q0\n"
      "  subs   r2, r2, #1\n"
      "  vstrb.16   q0, [r1], #8\n"
      "  strd   r1, r2, [sp, #8]\n"
      "  bne.n  1b\n"
      "  add    sp, sp, #20\n"
      "  vpop   {d8, d9}\n"
      "  pop    {r4-r11, pc}\n");
}

#endif /* TC_MVE_ASM */

#endif /* TC_DEPTHWISE2D_RUNS_ASM_H_ */
