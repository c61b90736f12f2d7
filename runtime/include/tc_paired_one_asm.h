/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of tc_paired.h for one pixel, and the pairs of two pixels, in
 * assembly. */
#ifndef TC_PAIRED_ONE_ASM_H_
#define TC_PAIRED_ONE_ASM_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"
#include "tc_paired_asm.h"

#if TC_DSP_ASM

#define TC_PAIR_OF_ONE(x, w, v) \
  "  smlad  r6, " w ", " x      \
  ", r6\n"                      \
  "  sxtb16 " w ", " w          \
  "\n"                          \
  "  smlad  r8, " v ", " x      \
  ", r8\n"                      \
  "  sxtb16 " v ", " v          \
  "\n"                          \
  "  smlad  r7, " w ", " x      \
  ", r7\n"                      \
  "  smlad  r9, " v ", " x ", r9\n"
#define TC_PAIRS_OF_ONE                                                     \
  "  ldm.w  r0!, {r2-r5}\n"                                                 \
  "  ldm.w  r1!, {r10-r12, lr}\n" TC_PAIR_OF_ONE("r2", "r10", "r11")        \
      TC_PAIR_OF_ONE(                                                       \
          "r3", "r12",                                                      \
          "lr") "  ldm.w  r1!, {r10-r12, lr}\n" TC_PAIR_OF_ONE("r4", "r10", \
                                                               "r11")       \
          TC_PAIR_OF_ONE("r5", "r12", "lr")

/*
 * One pixel.  r0: x, r1: w; sums in r6-r9.  The stack holds x, x_end, shift,
 * zero, y, the end of the pairs that come one by one, y_end, and where the loop
 * of twice 4 pairs of 108 bytes is entered, or left at once.
 */
TC_ASM_FUNCTION static void tc_paired_one(const tc_paired_job *job
                                          __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r8}\n"
      "  sub    r10, r3, r2\n"
      "  and    r7, r10, #12\n"
      "  add    r7, r7, r2\n"
      "  adr.w  r9, 3f\n"
      "  tst    r10, #16\n"
      "  it     ne\n"
      "  addne  r9, r9, #108\n"
      "  cmp    r7, r3\n"
      "  it     eq\n"
      "  adreq.w r9, 4f\n"
      "  orr    r9, r9, #1\n"
      "  push   {r2-r9}\n"
      "1:\n" /* a block of channels */
      "  ldm.w  r1!, {r6-r9}\n"
      "  ldr    r0, [sp]\n"
      "  b.n    5f\n"
      "2:\n"
      "  ldr    r2, [r0], #4\n"
      "  ldrd   r10, r11, [r1], #8\n" TC_PAIR_OF_ONE("r2", "r10", "r11")
      "5:\n"
      "  ldr    r2, [sp, #20]\n"
      "  cmp    r0, r2\n"
      "  bne.n  2b\n"
      "  ldr    pc, [sp, #28]\n"
      "  .balign 4\n"
      "3:\n" TC_PAIRS_OF_ONE TC_PAIRS_OF_ONE
      "  ldr    r2, [sp, #4]\n"
      "  cmp    r0, r2\n"
      "  bne.w  3b\n"
      "4:\n"
      "  sub    r6, r6, r7\n"
      "  sub    r8, r8, r9\n"
      "  asr    r6, r6, #8\n"
      "  asr    r8, r8, #8\n"
      "  ldrd   r0, r2, [sp, #8]\n"
      "  lsl    r6, r6, r0\n"
      "  lsl    r7, r7, r0\n"
      "  lsl    r8, r8, r0\n"
      "  lsl    r9, r9, r0\n"
      "  ldm.w  r1!, {r0, r3-r5}\n"
      "  smmlar r6, r6, r0, r2\n"
      "  smmlar r7, r7, r3, r2\n"
      "  smmlar r8, r8, r4, r2\n"
      "  smmlar r9, r9, r5, r2\n"
      "  ssat   r6, #8, r6\n"
      "  ssat   r7, #8, r7\n"
      "  ssat   r8, #8, r8\n"
      "  ssat   r9, #8, r9\n"
      "  ldr    r0, [sp, #16]\n"
      "  strb   r6, [r0], #1\n"
      "  strb   r7, [r0], #1\n"
      "  strb   r8, [r0], #1\n"
      "  strb   r9, [r0], #1\n"
      "  ldr    r3, [sp, #24]\n"
      "  str    r0, [sp, #16]\n"
      "  cmp    r0, r3\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

#define TC_WIDEN_TWO          \
  "  ldr.w  r4, [r1], #4\n"   \
  "  ldr.w  r5, [r2], #4\n"   \
  "  sxtb16 r6, r4\n"         \
  "  sxtb16 r7, r5\n"         \
  "  sxtb16 r8, r4, ror #8\n" \
  "  sxtb16 r9, r5, ror #8\n" \
  "  stm.w  r0!, {r6-r9}\n"

/* The pairs of `words` groups of four activations of a and of b, one of a and
 * one of b in turn.  Returns the end of x. */
TC_ASM_FUNCTION static uint32_t *tc_widen_two(
    uint32_t *x __attribute__((unused)),
    const int8_t *a __attribute__((unused)),
    const int8_t *b __attribute__((unused)),
    int32_t words __attribute__((unused))) {
  __asm__ volatile(
      "  cmp    r3, #0\n"
      "  it     eq\n"
      "  bxeq   lr\n"
      "  push   {r4-r9}\n"
      "  rsb    r12, r3, #0\n"
      "  and    r12, r12, #3\n"
      "  add    r3, r3, r12\n"
      "  rsb    r12, r12, r12, lsl #3\n"
      "  adr.w  r4, 1f\n"
      "  add    r4, r4, r12, lsl #2\n"
      "  mov    pc, r4\n"
      "  .balign 4\n"
      "1:\n" TC_WIDEN_TWO TC_WIDEN_TWO TC_WIDEN_TWO TC_WIDEN_TWO
      "  subs   r3, r3, #4\n"
      "  bne.w  1b\n"
      "  pop    {r4-r9}\n"
      "  bx     lr\n");
}

#endif /* TC_DSP_ASM */

#endif /* TC_PAIRED_ONE_ASM_H_ */
