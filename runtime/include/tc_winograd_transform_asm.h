/* SPDX-License-Identifier: Apache-2.0 */
/* What tc_winograd.h makes of activations, in assembly, and what it is told. */
#ifndef TC_WINOGRAD_TRANSFORM_ASM_H_
#define TC_WINOGRAD_TRANSFORM_ASM_H_

#include <stdint.h>

#include "tc_asm.h"

/* Activations of two neighbouring tiles. */
typedef struct {
  const int8_t *row[4]; /* of 6 pixels */
  int32_t channels;     /* a multiple of 4 */
  uint32_t *columns;    /* 48 words to work with */
  uint32_t *v;          /* what comes of them */
} tc_winograd_input;

#if TC_DSP_ASM

/* A column: r4-r9 and then r4, r5 become B' d, each of the even bytes and of
 * the odd ones.  r0-r3: rows, r12: where in them, lr: columns. */
#define TC_WINOGRAD_COLUMN      \
  "  ldr.w  r4, [r0, r12]\n"    \
  "  ldr.w  r8, [r2, r12]\n"    \
  "  ldr.w  r10, [r1, r12]\n"   \
  "  sxtb16 r5, r4, ror #8\n"   \
  "  sxtb16 r4, r4\n"           \
  "  sxtb16 r9, r8, ror #8\n"   \
  "  sxtb16 r8, r8\n"           \
  "  sxtb16 r11, r10, ror #8\n" \
  "  sxtb16 r10, r10\n"         \
  "  ssub16 r4, r4, r8\n"       \
  "  ssub16 r5, r5, r9\n"       \
  "  sadd16 r6, r10, r8\n"      \
  "  sadd16 r7, r11, r9\n"      \
  "  ssub16 r8, r8, r10\n"      \
  "  ssub16 r9, r9, r11\n"      \
  "  stm.w  lr!, {r4-r9}\n"     \
  "  ldr.w  r4, [r3, r12]\n"    \
  "  sxtb16 r5, r4, ror #8\n"   \
  "  sxtb16 r4, r4\n"           \
  "  ssub16 r4, r10, r4\n"      \
  "  ssub16 r5, r11, r5\n"      \
  "  strd   r4, r5, [lr], #8\n" \
  "  ldr    r4, [sp, #16]\n"    \
  "  add    r12, r12, r4\n"

/* A row of both tiles.  lr: columns, r12: v; from, at: row * 8 and row * 32. */
#define TC_WINOGRAD_ROW(from, at)   \
  "  ldrd   r4, r5, [lr, #" #from   \
  "]\n"                             \
  "  ldrd   r6, r7, [lr, #" #from   \
  " + 64]\n"                        \
  "  ldrd   r8, r9, [lr, #" #from   \
  " + 128]\n"                       \
  "  ssub16 r4, r4, r6\n"           \
  "  ssub16 r10, r6, r8\n"          \
  "  ssub16 r5, r5, r7\n"           \
  "  ssub16 r11, r7, r9\n"          \
  "  strd   r4, r10, [r12, #" #at   \
  "]\n"                             \
  "  strd   r5, r11, [r12, #" #at   \
  " + 128]\n"                       \
  "  ldrd   r4, r5, [lr, #" #from   \
  " + 32]\n"                        \
  "  ldrd   r10, r11, [lr, #" #from \
  " + 96]\n"                        \
  "  sadd16 r0, r4, r6\n"           \
  "  sadd16 r1, r10, r8\n"          \
  "  sadd16 r2, r5, r7\n"           \
  "  sadd16 r3, r11, r9\n"          \
  "  strd   r0, r1, [r12, #" #at    \
  " + 8]\n"                         \
  "  strd   r2, r3, [r12, #" #at    \
  " + 136]\n"                       \
  "  ssub16 r6, r6, r4\n"           \
  "  ssub16 r8, r8, r10\n"          \
  "  ssub16 r7, r7, r5\n"           \
  "  ssub16 r9, r9, r11\n"          \
  "  strd   r6, r8, [r12, #" #at    \
  " + 16]\n"                        \
  "  strd   r7, r9, [r12, #" #at    \
  " + 144]\n"                       \
  "  ldrd   r6, r7, [lr, #" #from   \
  " + 160]\n"                       \
  "  ssub16 r4, r4, r10\n"          \
  "  ssub16 r10, r10, r6\n"         \
  "  ssub16 r5, r5, r11\n"          \
  "  ssub16 r11, r11, r7\n"         \
  "  strd   r4, r10, [r12, #" #at   \
  " + 24]\n"                        \
  "  strd   r5, r11, [r12, #" #at " + 152]\n"

/* The stack holds the rows, channels, columns, v, the end of columns and the
 * channel. */
TC_ASM_FUNCTION static void tc_winograd_transform(const tc_winograd_input *in
                                                  __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r7}\n"
      "  add    r8, r6, #192\n"
      "  mov    r9, #0\n"
      "  push   {r1-r9}\n"
      "1:\n" /* four channels */
      "  ldm.w  sp, {r0-r3}\n"
      "  ldr    r12, [sp, #32]\n"
      "  ldr    lr, [sp, #20]\n"
      "2:\n" TC_WINOGRAD_COLUMN TC_WINOGRAD_COLUMN
      "  ldr    r5, [sp, #28]\n"
      "  cmp    lr, r5\n"
      "  bne    2b\n"
      "  ldrd   lr, r12, [sp, #20]\n" TC_WINOGRAD_ROW(0, 0)
          TC_WINOGRAD_ROW(8, 32) TC_WINOGRAD_ROW(16, 64)
              TC_WINOGRAD_ROW(24, 96)
      "  add    r12, r12, #256\n"
      "  str    r12, [sp, #24]\n"
      "  ldr    r0, [sp, #32]\n"
      "  ldr    r1, [sp, #16]\n"
      "  adds   r0, r0, #4\n"
      "  str    r0, [sp, #32]\n"
      "  cmp    r0, r1\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #36\n"
      "  pop    {r4-r11, pc}\n");
}

#endif /* TC_DSP_ASM */

#endif /* TC_WINOGRAD_TRANSFORM_ASM_H_ */
