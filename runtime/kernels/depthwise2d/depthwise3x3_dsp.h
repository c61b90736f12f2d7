/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four outputs of a depthwise convolution of 3x3 at a time in assembly: its 4
 * sums and 6 pairs of weights fit the registers, which compilers do not find.
 * tc_depthwise2d_fours of depthwise2d_dsp.h is the same in C.
 */
#ifndef TC_DEPTHWISE3X3_DSP_H_
#define TC_DEPTHWISE3X3_DSP_H_

#include "tc_dsp.h"

/* A channel of a row of outputs. */
typedef struct {
  int32_t bias; /* times the power of two */
  int32_t mult;
  int32_t out_zero;
  int32_t step;  /* from an output to its neighbour */
  int32_t fours; /* how often 4 outputs come */
} tc_depthwise2d_channel;

#if TC_DSP_ASM

/* What both functions begin with: the stack holds *c; r0: x, r1: y, r6-r11: the
 * pairs (w0, w1) and (w1, w2) of each row, r3: bias. */
#define TC_DEPTHWISE3X3_BEGIN     \
  "  push   {r4-r11, lr}\n"       \
  "  ldm.w  r2, {r4-r8}\n"        \
  "  push   {r4-r8}\n"            \
  "  ldr    r6, [r1]\n"           \
  "  ldrd   r7, r8, [r1, #12]\n"  \
  "  ldrd   r9, r10, [r1, #28]\n" \
  "  ldr    r11, [r1, #44]\n"     \
  "  mov    r1, r3\n"             \
  "1:\n"                          \
  "  ldr    r3, [sp]\n"

/* The sums in r12, lr, r2 and r3 become outputs. */
#define TC_DEPTHWISE3X3_END       \
  "  ldrd   r4, r5, [sp, #4]\n"   \
  "  smmlar r12, r12, r4, r5\n"   \
  "  smmlar lr, lr, r4, r5\n"     \
  "  smmlar r2, r2, r4, r5\n"     \
  "  smmlar r3, r3, r4, r5\n"     \
  "  ldrd   r4, r5, [sp, #12]\n"  \
  "  ssat   r12, #8, r12\n"       \
  "  ssat   lr, #8, lr\n"         \
  "  ssat   r2, #8, r2\n"         \
  "  ssat   r3, #8, r3\n"         \
  "  strb   r12, [r1]\n"          \
  "  strb   lr, [r1, r4]\n"       \
  "  add    r1, r1, r4, lsl #1\n" \
  "  strb   r2, [r1]\n"           \
  "  strb   r3, [r1, r4]\n"       \
  "  add    r1, r1, r4, lsl #1\n" \
  "  subs   r5, r5, #1\n"         \
  "  str    r5, [sp, #16]\n"      \
  "  bne.w  1b\n"                 \
  "  add    sp, sp, #20\n"        \
  "  pop    {r4-r11, pc}\n"

/* A pair of columns in the windows of two outputs that begin at these, with the
 * pair (w0, w1) of the row. */
#define TC_DEPTHWISE3X3_FIRST(x, w01, even, odd) \
  "  smlad  " even ", " x ", " w01 ", " even     \
  "\n"                                           \
  "  smlabt " odd ", " w01 ", " x ", " odd "\n"

/* The same in the windows of two outputs that end at these columns. */
#define TC_DEPTHWISE3X3_LAST(x, w12, even, odd) \
  "  smlabt " even ", " x ", " w12 ", " even    \
  "\n"                                          \
  "  smlad  " odd ", " x ", " w12 ", " odd "\n"

/* tc_depthwise2d_fours for 3x3 without strides, c->fours > 0. */
TC_ASM_FUNCTION static void tc_depthwise3x3_fours(
    const uint32_t *x __attribute__((unused)),
    const uint32_t *w __attribute__((unused)),
    const tc_depthwise2d_channel *c __attribute__((unused)),
    int8_t *y __attribute__((unused))) {
  __asm__ volatile(
      TC_DEPTHWISE3X3_BEGIN
      "  ldrd   r4, r5, [r0]\n"
      "  smlad  r12, r4, r6, r3\n"
      "  smlabt lr, r6, r4, r3\n"
      TC_DEPTHWISE3X3_FIRST("r5", "r8", "r12", "lr")
      "  ldrd   r4, r5, [r0, #8]\n"
      TC_DEPTHWISE3X3_FIRST("r4", "r10", "r12", "lr")
      TC_DEPTHWISE3X3_LAST("r5", "r7", "r12", "lr")
      "  smlad  r2, r5, r6, r3\n"
      "  smlabt r3, r6, r5, r3\n"
      "  ldrd   r4, r5, [r0, #16]\n"
      TC_DEPTHWISE3X3_LAST("r4", "r9", "r12", "lr")
      TC_DEPTHWISE3X3_FIRST("r4", "r8", "r2", "r3")
      TC_DEPTHWISE3X3_LAST("r5", "r11", "r12", "lr")
      TC_DEPTHWISE3X3_FIRST("r5", "r10", "r2", "r3")
      "  ldrd   r4, r5, [r0, #24]!\n"
      TC_DEPTHWISE3X3_LAST("r4", "r7", "r2", "r3")
      TC_DEPTHWISE3X3_LAST("r5", "r9", "r2", "r3")
      "  ldr    r4, [r0, #8]\n"
      TC_DEPTHWISE3X3_LAST("r4", "r11", "r2", "r3")
      TC_DEPTHWISE3X3_END);
}

/* A pair of columns with which a window ends and the next one begins. */
#define TC_DEPTHWISE3X3_BOTH(x, w01, w12, last, first) \
  "  smlabt " last ", " x ", " w12 ", " last           \
  "\n"                                                 \
  "  smlad  " first ", " x ", " w01 ", " first "\n"

/* The same for windows two columns apart. */
TC_ASM_FUNCTION static void tc_depthwise3x3_fours_by2(
    const uint32_t *x __attribute__((unused)),
    const uint32_t *w __attribute__((unused)),
    const tc_depthwise2d_channel *c __attribute__((unused)),
    int8_t *y __attribute__((unused))) {
  __asm__ volatile(
      TC_DEPTHWISE3X3_BEGIN
      "  ldrd   r4, r5, [r0]\n"
      "  smlad  r12, r4, r6, r3\n"
      "  smlad  r12, r5, r8, r12\n"
      "  ldrd   r4, r5, [r0, #8]\n"
      "  smlad  r12, r4, r10, r12\n"
      "  smlabt r12, r5, r7, r12\n"
      "  smlad  lr, r5, r6, r3\n"
      "  ldrd   r4, r5, [r0, #16]\n"
      TC_DEPTHWISE3X3_BOTH("r4", "r8", "r9", "r12", "lr")
      TC_DEPTHWISE3X3_BOTH("r5", "r10", "r11", "r12", "lr")
      "  ldrd   r4, r5, [r0, #24]\n"
      "  smlabt lr, r4, r7, lr\n"
      "  smlad  r2, r4, r6, r3\n"
      TC_DEPTHWISE3X3_BOTH("r5", "r8", "r9", "lr", "r2")
      "  ldrd   r4, r5, [r0, #32]\n"
      TC_DEPTHWISE3X3_BOTH("r4", "r10", "r11", "lr", "r2")
      "  smlabt r2, r5, r7, r2\n"
      "  smlad  r3, r5, r6, r3\n"
      "  ldrd   r4, r5, [r0, #40]\n"
      TC_DEPTHWISE3X3_BOTH("r4", "r8", "r9", "r2", "r3")
      TC_DEPTHWISE3X3_BOTH("r5", "r10", "r11", "r2", "r3")
      "  ldrd   r4, r5, [r0, #48]!\n"
      "  smlabt r3, r4, r7, r3\n"
      "  smlabt r3, r5, r9, r3\n"
      "  ldr    r4, [r0, #8]\n"
      "  smlabt r3, r4, r11, r3\n"
      TC_DEPTHWISE3X3_END);
}

#endif /* TC_DSP_ASM */

#endif /* TC_DEPTHWISE3X3_DSP_H_ */
