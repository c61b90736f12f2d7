/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tc_by16_two for few taps, whose activations stay in registers: of at most 16
 * taps 33 instructions for 8 results in place of 42, of at most 32 taps 45 in
 * place of 57.
 */
#ifndef TC_BY16_SHORT_ASM_H_
#define TC_BY16_SHORT_ASM_H_

#include "tc_by16_asm.h"
#include "tc_dsp.h"

#if TC_MVE_ASM

/* The job in registers: r1 and r3: y0 and y1, r5: weights, r6: x0, r7: shift,
 * r8: x1, r9: zero, r11: y0_end. */
#define TC_BY16_SHORT_BEGIN      \
  "  push   {r4-r11, lr}\n"      \
  "  vpush  {d8-d13}\n"          \
  "  ldm    r0!, {r5, r6, r8}\n" \
  "  ldrd   r7, r9, [r0, #4]\n"  \
  "  ldrd   r1, r3, [r0, #12]\n" \
  "  ldr    r11, [r0, #20]\n"    \
  "  vldrb.8 q0, [r6], #16\n"    \
  "  vldrb.8 q4, [r8], #16\n"

/* A block of channels begins with its biases. */
#define TC_BY16_SHORT_BLOCK \
  "1:\n"                    \
  "  vldrw.32 q6, [r5], #16\n"

/* 16 taps: the sums of the first pixel in r0, r2, r4, r6, of the second one in
 * r8, r10, r12, lr.  a: "a" adds to them. */
#define TC_BY16_SHORT_STEP(a, x0, x1) \
  "  vldrb.8 q2, [r5], #16\n"         \
  "  vmladav" a ".s8 r0, " x0         \
  ", q2\n"                            \
  "  vldrb.8 q3, [r5], #16\n"         \
  "  vmladav" a ".s8 r8, " x1         \
  ", q2\n"                            \
  "  vmladav" a ".s8 r2, " x0         \
  ", q3\n"                            \
  "  vldrb.8 q2, [r5], #16\n"         \
  "  vmladav" a ".s8 r10, " x1        \
  ", q3\n"                            \
  "  vmladav" a ".s8 r4, " x0         \
  ", q2\n"                            \
  "  vldrb.8 q3, [r5], #16\n"         \
  "  vmladav" a ".s8 r12, " x1        \
  ", q2\n"                            \
  "  vmladav" a ".s8 r6, " x0         \
  ", q3\n"                            \
  "  vmladav" a ".s8 lr, " x1 ", q3\n"

/* The results of both pixels, which are the halves of words on the way. */
#define TC_BY16_SHORT_END            \
  "  vmov   q2[2], q2[0], r0, r4\n"  \
  "  vmov   q2[3], q2[1], r2, r6\n"  \
  "  vmov   q3[2], q3[0], r8, r12\n" \
  "  vmov   q3[3], q3[1], r10, lr\n" \
  "  vadd.i32 q2, q2, q6\n"          \
  "  vadd.i32 q3, q3, q6\n"          \
  "  vldrw.32 q6, [r5], #16\n"       \
  "  vshl.s32 q2, r7\n"              \
  "  vshl.s32 q3, r7\n"              \
  "  vrmulh.s32 q2, q2, q6\n"        \
  "  vrmulh.s32 q3, q3, q6\n"        \
  "  vqmovnb.s32 q2, q2\n"           \
  "  vqmovnt.s32 q2, q3\n"           \
  "  vqadd.s16 q2, q2, r9\n"         \
  "  vqmovnb.s16 q2, q2\n"           \
  "  vshr.u32 q3, q2, #16\n"         \
  "  vstrb.32 q2, [r1], #4\n"        \
  "  vstrb.32 q3, [r3], #4\n"        \
  "  cmp    r1, r11\n"               \
  "  bne.n  1b\n"                    \
  "  vpop   {d8-d13}\n"              \
  "  pop    {r4-r11, pc}\n"

/* Two pixels of one step. */
TC_ASM_FUNCTION static void tc_by16_two_of_one(const tc_by16_job *job
                                               __attribute__((unused))) {
  __asm__ volatile(TC_BY16_SHORT_BEGIN TC_BY16_SHORT_BLOCK TC_BY16_SHORT_STEP(
      "", "q0", "q4") TC_BY16_SHORT_END);
}

/* Two pixels of two steps. */
TC_ASM_FUNCTION static void tc_by16_two_of_two(const tc_by16_job *job
                                               __attribute__((unused))) {
  __asm__ volatile(
      TC_BY16_SHORT_BEGIN
      "  vldrb.8 q1, [r6]\n"
      "  vldrb.8 q5, [r8]\n" TC_BY16_SHORT_BLOCK TC_BY16_SHORT_STEP(
          "", "q0", "q4") TC_BY16_SHORT_STEP("a", "q1", "q5")
          TC_BY16_SHORT_END);
}

#endif

#endif /* TC_BY16_SHORT_ASM_H_ */
