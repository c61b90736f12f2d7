/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loop of tc_paired.h for two pixels in assembly, since compilers
 * keep too few of the 8 sums in registers, and what it is told.  tc_paired.h
 * has the same in C.
 */
#ifndef TC_PAIRED_ASM_H_
#define TC_PAIRED_ASM_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

/* Some blocks of channels of one pixel, or of two. */
typedef struct {
  const uint32_t *w; /* the first block */
  const uint32_t *x; /* the pairs of the first pixel, each followed by that of
                        the second one */
  const uint32_t *x_end;
  int32_t shift; /* of tc_requant */
  int32_t zero;  /* zero point of y */
  int8_t *y;     /* of the first pixel; a multiple of 4 before y_end */
  int32_t step;  /* from y to that of the second pixel */
  int8_t *y_end;
} tc_paired_job;

#if TC_DSP_ASM

#define TC_PAIR_OF_TWO          \
  "  ldrd   r2, r3, [r0], #8\n" \
  "  ldrd   r4, r5, [r1], #8\n" \
  "  smlad  r6, r4, r2, r6\n"   \
  "  smlad  r10, r4, r3, r10\n" \
  "  sxtb16 r4, r4\n"           \
  "  smlad  r8, r5, r2, r8\n"   \
  "  smlad  r12, r5, r3, r12\n" \
  "  sxtb16 r5, r5\n"           \
  "  smlad  r7, r4, r2, r7\n"   \
  "  smlad  r11, r4, r3, r11\n" \
  "  smlad  r9, r5, r2, r9\n"   \
  "  smlad  lr, r5, r3, lr\n"

/*
 * Two pixels.  r0: x, r1: w; sums in r6-r9 and r10-r12, lr.  The stack holds
 * x, x_end, shift, zero, y, step, y_end, and where the unrolled loop of 8 pairs
 * of 48 bytes is entered.
 */
TC_ASM_FUNCTION static void tc_paired_two(const tc_paired_job *job
                                          __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r8}\n"
      "  sub    r9, r2, r3\n"
      "  and    r9, r9, #56\n" /* 8 * (-pairs & 7) */
      "  add    r9, r9, r9, lsl #1\n"
      "  adr.w  r10, 2f\n"
      "  add    r9, r10, r9, lsl #1\n"
      "  orr    r9, r9, #1\n"
      "  push   {r2-r9}\n"
      "1:\n" /* a block of channels */
      "  ldm.w  r1!, {r6-r9}\n"
      "  mov    r10, r6\n"
      "  mov    r11, r7\n"
      "  mov    r12, r8\n"
      "  mov    lr, r9\n"
      "  ldr    r0, [sp]\n"
      "  ldr    pc, [sp, #28]\n"
      "  .balign 4\n"
      "2:\n" TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO
          TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO
      "  ldr    r2, [sp, #4]\n"
      "  cmp    r0, r2\n"
      "  bne.w  2b\n"
      "  sub    r6, r6, r7\n"
      "  sub    r8, r8, r9\n"
      "  sub    r10, r10, r11\n"
      "  sub    r12, r12, lr\n"
      "  asr    r6, r6, #8\n"
      "  asr    r8, r8, #8\n"
      "  asr    r10, r10, #8\n"
      "  asr    r12, r12, #8\n"
      "  ldrd   r0, r2, [sp, #8]\n"
      "  cbz    r0, 3f\n"
      "  lsl    r6, r6, r0\n"
      "  lsl    r7, r7, r0\n"
      "  lsl    r8, r8, r0\n"
      "  lsl    r9, r9, r0\n"
      "  lsl    r10, r10, r0\n"
      "  lsl    r11, r11, r0\n"
      "  lsl    r12, r12, r0\n"
      "  lsl    lr, lr, r0\n"
      "3:\n"
      "  ldm.w  r1!, {r0, r3-r5}\n"
      "  smmlar r6, r6, r0, r2\n"
      "  smmlar r7, r7, r3, r2\n"
      "  smmlar r8, r8, r4, r2\n"
      "  smmlar r9, r9, r5, r2\n"
      "  smmlar r10, r10, r0, r2\n"
      "  smmlar r11, r11, r3, r2\n"
      "  smmlar r12, r12, r4, r2\n"
      "  smmlar lr, lr, r5, r2\n"
      "  ssat   r6, #8, r6\n"
      "  ssat   r7, #8, r7\n"
      "  ssat   r8, #8, r8\n"
      "  ssat   r9, #8, r9\n"
      "  ssat   r10, #8, r10\n"
      "  ssat   r11, #8, r11\n"
      "  ssat   r12, #8, r12\n"
      "  ssat   lr, #8, lr\n"
      "  ldrd   r0, r2, [sp, #16]\n"
      "  add    r2, r2, r0\n"
      "  strb   r6, [r0], #1\n"
      "  strb   r7, [r0], #1\n"
      "  strb   r8, [r0], #1\n"
      "  strb   r9, [r0], #1\n"
      "  strb   r10, [r2]\n"
      "  strb   r11, [r2, #1]\n"
      "  strb   r12, [r2, #2]\n"
      "  strb   lr, [r2, #3]\n"
      "  ldr    r3, [sp, #24]\n"
      "  str    r0, [sp, #16]\n"
      "  cmp    r0, r3\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

#endif

#endif /* TC_PAIRED_ASM_H_ */
