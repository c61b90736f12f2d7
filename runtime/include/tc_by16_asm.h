/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of tc_by16.h in assembly, since compilers move sums between
 * registers, of which only the even ones add up vectors; and what they are
 * told. tc_by16.h has the same in C.
 */
#ifndef TC_BY16_ASM_H_
#define TC_BY16_ASM_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

/* Some blocks of channels of one pixel, or of two. */
typedef struct {
  const uint32_t *w; /* the first block */
  const int8_t *x0;  /* the activations of 16 * steps taps */
  const int8_t *x1;  /* those of the second pixel */
  int32_t steps;
  int32_t shift; /* of tc_requant */
  int32_t zero;  /* zero point of y */
  int8_t *y0;    /* a multiple of 4 before y0_end */
  int8_t *y1;    /* of the second pixel */
  int8_t *y0_end;
} tc_by16_job;

#if TC_MVE_ASM

/* The results in q: sums shifted, multiplied and moved by the zero point, each
 * saturated into the low byte of its lane. */
#define TC_BY16_REQUANT(q)  \
  "  vshl.s32    " q        \
  ", r0\n"                  \
  "  vrmulh.s32  " q ", " q \
  ", q2\n"                  \
  "  vadd.i32    " q ", " q \
  ", r2\n"                  \
  "  vqmovnb.s32 " q ", " q \
  "\n"                      \
  "  vqmovnb.s16 " q ", " q "\n"

/* Two pixels.  Sums of the first one in r0, r2, r4, r6, of the second one in
 * r8, r10, r12, lr; r1 and r3: y.  The results are the halves of words on the
 * way.  The stack holds the job from x0 on. */
TC_ASM_FUNCTION static void tc_by16_two(const tc_by16_job *job
                                        __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r9}\n"
      "  push   {r2-r9}\n"
      "  mov    r5, r1\n"
      "  mov    r1, r7\n"
      "  mov    r3, r8\n"
      "1:\n" /* a block of channels */
      "  ldm.w  r5!, {r0, r2, r4, r6}\n"
      "  mov    r8, r0\n"
      "  mov    r10, r2\n"
      "  mov    r12, r4\n"
      "  mov    lr, r6\n"
      "  ldrd   r9, r11, [sp]\n"
      "  ldr    r7, [sp, #8]\n"
      "2:\n"
      "  vldrb.8     q0, [r9], #16\n"
      "  vldrb.8     q2, [r5], #16\n"
      "  vldrb.8     q1, [r11], #16\n"
      "  vmladava.s8 r0, q0, q2\n"
      "  vldrb.8     q3, [r5], #16\n"
      "  vmladava.s8 r8, q1, q2\n"
      "  vmladava.s8 r2, q0, q3\n"
      "  vldrb.8     q2, [r5], #16\n"
      "  vmladava.s8 r10, q1, q3\n"
      "  vmladava.s8 r4, q0, q2\n"
      "  vldrb.8     q3, [r5], #16\n"
      "  vmladava.s8 r12, q1, q2\n"
      "  vmladava.s8 r6, q0, q3\n"
      "  vmladava.s8 lr, q1, q3\n"
      "  subs   r7, r7, #1\n"
      "  bne.n  2b\n"
      "  vmov   q0[2], q0[0], r0, r4\n"
      "  vmov   q0[3], q0[1], r2, r6\n"
      "  vmov   q1[2], q1[0], r8, r12\n"
      "  vmov   q1[3], q1[1], r10, lr\n"
      "  vldrw.32 q2, [r5], #16\n"
      "  ldrd   r0, r2, [sp, #12]\n"
      "  vshl.s32    q0, r0\n"
      "  vshl.s32    q1, r0\n"
      "  vrmulh.s32  q0, q0, q2\n"
      "  vrmulh.s32  q1, q1, q2\n"
      "  ldr    r0, [sp, #28]\n"
      "  vqmovnb.s32 q0, q0\n"
      "  vqmovnt.s32 q0, q1\n"
      "  vqadd.s16   q0, q0, r2\n"
      "  vqmovnb.s16 q0, q0\n"
      "  vshr.u32    q1, q0, #16\n"
      "  vstrb.32 q0, [r1], #4\n"
      "  vstrb.32 q1, [r3], #4\n"
      "  cmp    r1, r0\n"
      "  bne.n  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

/* One pixel; sums in r0, r2, r4, r6. */
TC_ASM_FUNCTION static void tc_by16_one(const tc_by16_job *job
                                        __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r9}\n"
      "  mov    r10, r5\n"
      "  mov    r11, r6\n"
      "  mov    r3, r7\n"
      "  mov    r5, r1\n"
      "  mov    r7, r4\n"
      "  mov    r8, r2\n" /* r3: y, r7: steps, r8: x, r10: shift, r11: zero */
      "1:\n"              /* a block of channels */
      "  ldm.w  r5!, {r0, r2, r4, r6}\n"
      "  mov    r1, r8\n"
      "  dls    lr, r7\n"
      "2:\n"
      "  vldrb.8     q0, [r1], #16\n"
      "  vldrb.8     q2, [r5], #16\n"
      "  vldrb.8     q3, [r5], #16\n"
      "  vmladava.s8 r0, q0, q2\n"
      "  vldrb.8     q2, [r5], #16\n"
      "  vmladava.s8 r2, q0, q3\n"
      "  vldrb.8     q3, [r5], #16\n"
      "  vmladava.s8 r4, q0, q2\n"
      "  vmladava.s8 r6, q0, q3\n"
      "  le     lr, 2b\n"
      "  vmov   q0[2], q0[0], r0, r4\n"
      "  vmov   q0[3], q0[1], r2, r6\n"
      "  vldrw.32 q2, [r5], #16\n"
      "  mov    r0, r10\n"
      "  mov    r2, r11\n" TC_BY16_REQUANT("q0")
      "  vstrb.32 q0, [r3], #4\n"
      "  cmp    r3, r9\n"
      "  bne.n  1b\n"
      "  pop    {r4-r11, pc}\n");
}

#endif

#endif /* TC_BY16_ASM_H_ */
