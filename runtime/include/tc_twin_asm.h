/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of tc_twin.h in assembly for Armv6-M, and what it is told.  It takes
 * 9 instructions for 4 products and 18 to requantize a result; gcc 12 takes 16
 * and 27 for the same in C, which tc_twin.h has.
 */
#ifndef TC_TWIN_ASM_H_
#define TC_TWIN_ASM_H_

#include <stdint.h>

#include "tc_asm.h"
#include "tc_kernel.h"

/* All channels of two pixels.  The assembly knows the order of the members. */
typedef struct {
  const uint32_t *w;
  const uint32_t *x; /* words of an even number of taps, up to x_end */
  const uint32_t *x_end;
  int8_t *y;     /* of the first pixel */
  int32_t shift; /* of tc_requant */
  int32_t lo;    /* bounds of y less its zero point */
  int32_t hi;
  int32_t zero;
  int32_t step; /* from y to that of the second pixel; 0 if both are one */
  int8_t *y_end;
} tc_twin_job;

#if TC_THUMB1_ASM

/* A pair of taps: r0 the words, at r1 and r2 from them the weights; to r7 and
 * r8.  18 bytes. */
#define TC_TWIN_PAIR        \
  "  ldm   r0!, {r3, r4}\n" \
  "  ldrsb r5, [r1, r0]\n"  \
  "  ldrsb r6, [r2, r0]\n"  \
  "  muls  r5, r3, r5\n"    \
  "  muls  r6, r4, r6\n"    \
  "  adds  r5, r5, r6\n"    \
  "  add   r8, r8, r5\n"    \
  "  asrs  r5, r5, #16\n"   \
  "  adcs  r7, r7, r5\n" /* rounded */

/* v = tc_high_by_halves(v, m), m's halves in r2 and r3 (the upper one). */
#define TC_TWIN_REQUANT(v) \
  "  uxth  r4, " v         \
  "\n"                     \
  "  asrs  " v ", " v      \
  ", #16\n"                \
  "  movs  r5, r4\n"       \
  "  muls  r5, r2, r5\n"   \
  "  lsrs  r5, r5, #16\n"  \
  "  movs  r6, " v         \
  "\n"                     \
  "  muls  r6, r2, r6\n"   \
  "  adds  r5, r5, r6\n"   \
  "  muls  r4, r3, r4\n"   \
  "  uxth  r6, r5\n"       \
  "  adds  r4, r4, r6\n"   \
  "  muls  " v ", r3, " v  \
  "\n"                     \
  "  asrs  r5, r5, #16\n"  \
  "  adds  " v ", " v      \
  ", r5\n"                 \
  "  lsrs  r4, r4, #16\n"  \
  "  adcs  " v ", " v ", r4\n"

/* v within r2 and r3, and r4 added. */
#define TC_TWIN_CLAMP(v) \
  "  cmp   " v           \
  ", r2\n"               \
  "  bge   1f\n"         \
  "  movs  " v           \
  ", r2\n"               \
  "1:\n"                 \
  "  cmp   " v           \
  ", r3\n"               \
  "  ble   1f\n"         \
  "  movs  " v           \
  ", r3\n"               \
  "1:\n"                 \
  "  adds  " v ", " v ", r4\n"

/* Of a channel: sum of the words in r8, of the second pixel in r7.  The others:
 * r9 x_end, r10 the next bias, r11 the job's shift, r12 y, lr where to enter
 * the loop.  The stack holds r1, r1 behind the block of channels, x and the
 * bytes of a block. */
TC_ASM_FUNCTION static void tc_twin_channels(const tc_twin_job *job
                                             __attribute__((unused))) {
  __asm__ volatile(
      "  .syntax unified\n"
      "  push  {r4-r7, lr}\n"
      "  mov   r4, r8\n"
      "  mov   r5, r9\n"
      "  mov   r6, r10\n"
      "  mov   r7, r11\n"
      "  push  {r4-r7}\n"
      "  ldm   r0!, {r1-r4}\n"
      "  mov   r9, r3\n"
      "  mov   r10, r1\n"
      "  mov   r11, r0\n"
      "  mov   r12, r4\n"
      "  ldr   r5, [r0, #20]\n"
      "  subs  r5, r5, r4\n" /* channels */
      "  lsls  r5, r5, #3\n"
      "  adds  r1, r1, r5\n" /* the blocks */
      "  subs  r3, r3, r2\n"
      "  subs  r1, r1, r2\n"
      "  subs  r1, r1, #8\n"
      "  movs  r4, r3\n"
      "  movs  r3, r2\n"
      "  movs  r2, r1\n"
      "  adds  r2, r2, #8\n"
      "  push  {r1-r4}\n"
      "  lsrs  r3, r4, #3\n"
      "  negs  r3, r3\n"
      "  movs  r4, #7\n"
      "  ands  r3, r3, r4\n" /* pairs to leave out of the first 8 */
      "  movs  r4, #18\n"
      "  muls  r3, r4, r3\n"
      "  adr   r4, 3f\n"
      "  adds  r3, r3, r4\n"
      "  adds  r3, r3, #1\n"
      "  mov   lr, r3\n"
      "2:\n" /* a channel */
      "  adds  r2, r1, #1\n"
      "  ldr   r0, [sp, #8]\n"
      "  movs  r7, #0\n"
      "  mov   r8, r7\n"
      "  bx    lr\n"
      "  .balign 4\n"
      "3:\n" TC_TWIN_PAIR TC_TWIN_PAIR TC_TWIN_PAIR TC_TWIN_PAIR TC_TWIN_PAIR
          TC_TWIN_PAIR TC_TWIN_PAIR TC_TWIN_PAIR
      "  cmp   r0, r9\n"
      "  bne   3b\n"
      "  mov   r0, r10\n"
      "  ldm   r0!, {r1, r2}\n"
      "  mov   r10, r0\n"
      "  mov   r0, r8\n"
      "  lsls  r3, r7, #16\n"
      "  subs  r0, r0, r3\n"
      "  adds  r0, r0, r1\n"
      "  adds  r1, r1, r7\n"
      "  mov   r7, r11\n"
      "  ldm   r7!, {r3}\n"
      "  lsls  r0, r0, r3\n"
      "  lsls  r1, r1, r3\n"
      "  lsrs  r3, r2, #16\n"
      "  uxth  r2, r2\n" TC_TWIN_REQUANT("r0") TC_TWIN_REQUANT("r1")
      "  ldm   r7!, {r2-r5}\n" TC_TWIN_CLAMP("r0") TC_TWIN_CLAMP("r1")
      "  mov   r6, r12\n"
      "  strb  r1, [r6, r5]\n"
      "  strb  r0, [r6]\n"
      "  adds  r6, r6, #1\n"
      "  mov   r12, r6\n"
      "  ldr   r2, [r7]\n"
      "  cmp   r6, r2\n"
      "  beq   4f\n"
      "  ldr   r1, [sp]\n"
      "  ldr   r2, [sp, #4]\n"
      "  adds  r1, r1, #2\n"
      "  str   r1, [sp]\n"
      "  cmp   r1, r2\n"
      "  beq   5f\n"
      "  b     2b\n"
      "5:\n" /* the next block */
      "  ldr   r2, [sp, #12]\n"
      "  adds  r1, r1, r2\n"
      "  str   r1, [sp, #4]\n"
      "  subs  r1, r1, #8\n"
      "  str   r1, [sp]\n"
      "  b     2b\n"
      "4:\n"
      "  add   sp, #16\n"
      "  pop   {r4-r7}\n"
      "  mov   r8, r4\n"
      "  mov   r9, r5\n"
      "  mov   r10, r6\n"
      "  mov   r11, r7\n"
      "  pop   {r4-r7, pc}\n");
}

#endif /* TC_THUMB1_ASM */

#endif /* TC_TWIN_ASM_H_ */
