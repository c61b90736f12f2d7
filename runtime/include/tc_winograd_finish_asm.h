/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of the products of tc_winograd.h, in assembly; and what it is
 * told. */
#ifndef TC_WINOGRAD_FINISH_ASM_H_
#define TC_WINOGRAD_FINISH_ASM_H_

#include <stdint.h>

#include "tc_asm.h"

/* Results of two neighbouring tiles. */
typedef struct {
  const uint32_t *sums;
  const uint32_t *bias; /* those of the block, its multipliers behind them */
  int8_t *y;            /* the first channel of the first pixel */
  int32_t zero;         /* zero point of y */
  int32_t column[3]; /* from y to pixels 1 to 3; where there are fewer, to the
                        last one */
  int32_t row;       /* from a row to the next; 0 where there is only one */
  int8_t *y_end;     /* behind the last channel of the block */
} tc_winograd_output;

#if TC_DSP_ASM

/* r0: sums of a channel, both tiles beside each other; position p is 32 * p
 * bytes behind it.  The stack holds bias, y, zero, the columns, row, y_end. */
TC_ASM_FUNCTION static void tc_winograd_finish(const tc_winograd_output *out
                                               __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r0-r8}\n"
      "  push   {r1-r8}\n"
      "1:\n"
      /* Column 0 of A' m: r2, r3 of the first row, r4, r5 of the second. */
      "  ldrd   r2, r3, [r0]\n"
      "  ldrd   r4, r5, [r0, #128]\n"
      "  ldrd   r6, r7, [r0, #256]\n"
      "  ldrd   r8, r9, [r0, #384]\n"
      "  add    r2, r2, r4\n"
      "  add    r3, r3, r5\n"
      "  sub    r4, r4, r6\n"
      "  sub    r5, r5, r7\n"
      "  add    r2, r2, r6\n"
      "  add    r3, r3, r7\n"
      "  sub    r4, r4, r8\n"
      "  sub    r5, r5, r9\n"
      /* Column 1: r6 to r9. */
      "  ldr    r1, [sp]\n"
      "  ldrd   r6, r7, [r0, #32]\n"
      "  ldrd   r8, r9, [r0, #160]\n"
      "  ldrd   r10, r11, [r0, #288]\n"
      "  ldrd   r12, lr, [r0, #416]\n"
      "  ldr    r1, [r1]\n"
      "  add    r8, r8, r1\n"
      "  add    r9, r9, r1\n"
      "  add    r6, r6, r8\n"
      "  add    r7, r7, r9\n"
      "  sub    r8, r8, r10\n"
      "  sub    r9, r9, r11\n"
      "  add    r6, r6, r10\n"
      "  add    r7, r7, r11\n"
      "  sub    r8, r8, r12\n"
      "  sub    r9, r9, lr\n"
      "  add    r2, r2, r6\n"
      "  add    r3, r3, r7\n"
      "  add    r4, r4, r8\n"
      "  add    r5, r5, r9\n"
      /* Column 2: r1, r12 and r10, r11. */
      "  ldrd   r10, r11, [r0, #192]\n"
      "  ldrd   r12, lr, [r0, #320]\n"
      "  add    r1, r10, r12\n"
      "  sub    r10, r10, r12\n"
      "  add    r12, r11, lr\n"
      "  sub    r11, r11, lr\n"
      "  ldr    lr, [r0, #64]\n"
      "  add    r1, r1, lr\n"
      "  ldr    lr, [r0, #68]\n"
      "  add    r12, r12, lr\n"
      "  ldr    lr, [r0, #448]\n"
      "  sub    r10, r10, lr\n"
      "  ldr    lr, [r0, #452]\n"
      "  sub    r11, r11, lr\n"
      "  add    r2, r2, r1\n"
      "  sub    r6, r6, r1\n"
      "  add    r3, r3, r12\n"
      "  sub    r7, r7, r12\n"
      "  add    r4, r4, r10\n"
      "  sub    r8, r8, r10\n"
      "  add    r5, r5, r11\n"
      "  sub    r9, r9, r11\n"
      /* Column 3. */
      "  ldrd   r10, r11, [r0, #96]\n"
      "  ldrd   r12, lr, [r0, #480]\n"
      "  sub    r6, r6, r10\n"
      "  sub    r7, r7, r11\n"
      "  add    r8, r8, r12\n"
      "  add    r9, r9, lr\n"
      "  ldrd   r10, r11, [r0, #224]\n"
      "  ldrd   r12, lr, [r0, #352]\n"
      "  sub    r6, r6, r10\n"
      "  sub    r7, r7, r11\n"
      "  sub    r8, r8, r10\n"
      "  sub    r9, r9, r11\n"
      "  sub    r6, r6, r12\n"
      "  sub    r7, r7, lr\n"
      "  add    r8, r8, r12\n"
      "  add    r9, r9, lr\n"
      /* The pixels of the first row are r2, r6, r3, r7 now, those of the second
       * r4, r8, r5, r9. */
      "  ldr    r10, [sp]\n"
      "  ldr    r12, [sp, #8]\n"
      "  ldr    r11, [r10, #16]\n"
      "  add    r10, r10, #4\n"
      "  str    r10, [sp]\n"
      "  asr    r2, r2, #2\n"
      "  asr    r3, r3, #2\n"
      "  asr    r4, r4, #2\n"
      "  asr    r5, r5, #2\n"
      "  asr    r6, r6, #2\n"
      "  asr    r7, r7, #2\n"
      "  asr    r8, r8, #2\n"
      "  asr    r9, r9, #2\n"
      "  smmlar r2, r2, r11, r12\n"
      "  smmlar r3, r3, r11, r12\n"
      "  smmlar r4, r4, r11, r12\n"
      "  smmlar r5, r5, r11, r12\n"
      "  smmlar r6, r6, r11, r12\n"
      "  smmlar r7, r7, r11, r12\n"
      "  smmlar r8, r8, r11, r12\n"
      "  smmlar r9, r9, r11, r12\n"
      "  ldr    r1, [sp, #4]\n"
      "  ldrd   r10, r11, [sp, #12]\n"
      "  ldrd   r12, lr, [sp, #20]\n"
      "  ssat   r2, #8, r2\n"
      "  ssat   r3, #8, r3\n"
      "  ssat   r4, #8, r4\n"
      "  ssat   r5, #8, r5\n"
      "  ssat   r6, #8, r6\n"
      "  ssat   r7, #8, r7\n"
      "  ssat   r8, #8, r8\n"
      "  ssat   r9, #8, r9\n"
      /* What lies outside is overwritten by what lies inside. */
      "  add    lr, lr, r1\n"
      "  strb   r9, [lr, r12]\n"
      "  strb   r5, [lr, r11]\n"
      "  strb   r8, [lr, r10]\n"
      "  strb   r4, [lr]\n"
      "  strb   r7, [r1, r12]\n"
      "  strb   r3, [r1, r11]\n"
      "  strb   r6, [r1, r10]\n"
      "  strb   r2, [r1], #1\n"
      "  str    r1, [sp, #4]\n"
      "  ldr    r2, [sp, #28]\n"
      "  add    r0, r0, #8\n"
      "  cmp    r1, r2\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

#endif /* TC_DSP_ASM */

#endif /* TC_WINOGRAD_FINISH_ASM_H_ */
