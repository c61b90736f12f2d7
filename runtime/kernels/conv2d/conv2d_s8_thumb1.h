/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loop of conv2d_s8 in assembly for cores that have 8 registers for
 * most of their instructions: the 8 sums are in the others, which can be added
 * to.  tc_conv2d_s8_mac2 is the same in C, for which gcc 12 takes a third more
 * instructions.
 */
#ifndef TC_CONV2D_S8_THUMB1_H_
#define TC_CONV2D_S8_THUMB1_H_

#include <stdint.h>

#include "tc_asm.h"

#if TC_THUMB1_ASM

typedef struct {
  int32_t x_step;
  const int8_t *x_end;
} tc_conv2d_thumb1_taps;

/* The weight of channel c of a tap, against two pixels. */
#define TC_CONV2D_THUMB1_WEIGHT(c, first, second) \
  "  ldrb  r4, [r6, #" c                          \
  "]\n"                                           \
  "  sxtb  r4, r4\n"                              \
  "  movs  r5, r4\n"                              \
  "  muls  r5, r2, r5\n"                          \
  "  add   " first ", " first                     \
  ", r5\n"                                        \
  "  muls  r4, r3, r4\n"                          \
  "  add   " second ", " second ", r4\n"

#define TC_CONV2D_THUMB1_TAP \
  "  ldr   r3, [sp, #4]\n"                   \
  "  ldrb  r2, [r0]\n"                       \
  "  ldrsb r3, [r0, r3]\n"                   \
  "  sxtb  r2, r2\n"                         \
  TC_CONV2D_THUMB1_WEIGHT("0", "r8", "r12")  \
  TC_CONV2D_THUMB1_WEIGHT("1", "r9", "lr")   \
  TC_CONV2D_THUMB1_WEIGHT("2", "r10", "r7")  \
  TC_CONV2D_THUMB1_WEIGHT("3", "r11", "r1")  \
  "  adds  r0, r0, #1\n"                     \
  "  adds  r6, r6, #4\n"

/* tc_conv2d_s8_mac2 for the taps from x to run->x_end, of which there are some.
 * Sums of the first pixel in r8-r11, of the second one in r12, lr, r7 and r1;
 * the stack holds acc and *run. */
TC_ASM_FUNCTION static void tc_conv2d_s8_mac2_thumb1(
    int32_t acc[2][4] __attribute__((unused)),
    const int8_t *x __attribute__((unused)),
    const int8_t *w __attribute__((unused)),
    const tc_conv2d_thumb1_taps *run __attribute__((unused))) {
  __asm__ volatile(
      "  .syntax unified\n"
      "  push  {r4-r7, lr}\n"
      "  mov   r4, r8\n"
      "  mov   r5, r9\n"
      "  mov   r6, r10\n"
      "  mov   r7, r11\n"
      "  push  {r4-r7}\n"
      "  ldm   r3!, {r4, r5}\n"
      "  push  {r0, r4, r5}\n"
      "  mov   r6, r2\n"
      "  mov   r4, r1\n"
      "  ldm   r0!, {r1, r2, r3, r5}\n"
      "  mov   r8, r1\n"
      "  mov   r9, r2\n"
      "  mov   r10, r3\n"
      "  mov   r11, r5\n"
      "  ldm   r0!, {r1, r2, r3, r5}\n"
      "  mov   r12, r1\n"
      "  mov   lr, r2\n"
      "  mov   r7, r3\n"
      "  mov   r1, r5\n"
      "  mov   r0, r4\n"
      "  ldr   r5, [sp, #8]\n"
      "  subs  r5, r5, r0\n"
      "  lsrs  r5, r5, #1\n"
      "  bcs   2f\n" /* an odd number of taps */
      "1:\n" TC_CONV2D_THUMB1_TAP "2:\n" TC_CONV2D_THUMB1_TAP
      "  ldr   r5, [sp, #8]\n"
      "  cmp   r0, r5\n"
      "  bne   1b\n"
      "  ldr   r0, [sp]\n"
      "  mov   r2, r8\n"
      "  mov   r3, r9\n"
      "  mov   r4, r10\n"
      "  mov   r5, r11\n"
      "  stm   r0!, {r2-r5}\n"
      "  mov   r2, r12\n"
      "  mov   r3, lr\n"
      "  stm   r0!, {r2, r3}\n"
      "  str   r7, [r0]\n"
      "  str   r1, [r0, #4]\n"
      "  add   sp, #12\n"
      "  pop   {r4-r7}\n"
      "  mov   r8, r4\n"
      "  mov   r9, r5\n"
      "  mov   r10, r6\n"
      "  mov   r11, r7\n"
      "  pop   {r4-r7, pc}\n");
}

#endif /* TC_THUMB1_ASM */

#endif /* TC_CONV2D_S8_THUMB1_H_ */
