/* SPDX-License-Identifier: Apache-2.0 */
/* The products of tc_winograd.h in assembly, since compilers keep too few of
 * the 8 sums in registers. */
#ifndef TC_WINOGRAD_ASM_H_
#define TC_WINOGRAD_ASM_H_

#include <stdint.h>

#include "tc_asm.h"

#if TC_DSP_ASM

/* A pair of channels; 44 bytes. */
#define TC_WINOGRAD_PAIR           \
  "  ldrd   r2, r3, [r0], #8\n"    \
  "  ldrd   r12, lr, [r1], #128\n" \
  "  smlad  r4, r2, r12, r4\n"     \
  "  smlad  r5, r2, lr, r5\n"      \
  "  smlad  r6, r3, r12, r6\n"     \
  "  smlad  r7, r3, lr, r7\n"      \
  "  ldrd   r2, r3, [r0], #8\n"    \
  "  smlad  r8, r2, r12, r8\n"     \
  "  smlad  r9, r2, lr, r9\n"      \
  "  smlad  r10, r3, r12, r10\n"   \
  "  smlad  r11, r3, lr, r11\n"

/* The stack holds 8 zeros, the end of v, the bytes from one position to the
 * next back in v, sums, where the unrolled loop of 8 pairs is entered, and the
 * end of sums. */
TC_ASM_FUNCTION static void tc_winograd_multiply(
    const uint32_t *w __attribute__((unused)),
    const uint32_t *v __attribute__((unused)),
    uint32_t *sums __attribute__((unused)),
    int32_t pairs __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  lsl    r5, r3, #7\n"
      "  add    r4, r1, r5\n"
      "  sub    r5, r5, #8\n"
      "  mov    r6, r2\n"
      "  rsb    r3, r3, #0\n"
      "  and    r3, r3, #7\n"
      "  mov    r7, #44\n"
      "  mul    r3, r3, r7\n"
      "  adr.w  r7, 2f\n"
      "  add    r7, r7, r3\n"
      "  orr    r7, r7, #1\n"
      "  add    r8, r2, #512\n"
      "  push   {r4-r8}\n"
      "  mov    r4, #0\n"
      "  mov    r5, r4\n"
      "  mov    r6, r4\n"
      "  mov    r7, r4\n"
      "  push   {r4-r7}\n"
      "  push   {r4-r7}\n"
      "1:\n" /* a position */
      "  ldm.w  sp, {r4-r11}\n"
      "  ldr    pc, [sp, #44]\n"
      "  .balign 4\n"
      "2:\n" TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR
          TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR TC_WINOGRAD_PAIR
      "  ldr    r2, [sp, #32]\n"
      "  cmp    r1, r2\n"
      "  blo.w  2b\n"
      "  ldrd   r2, r3, [sp, #36]\n"
      "  sub    r1, r1, r2\n"
      "  stm.w  r3!, {r4-r11}\n"
      "  str    r3, [sp, #40]\n"
      "  ldr    r2, [sp, #48]\n"
      "  cmp    r3, r2\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #52\n"
      "  pop    {r4-r11, pc}\n");
}

#endif /* TC_DSP_ASM */

#endif /* TC_WINOGRAD_ASM_H_ */
