/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of depthwise2d_small_mve.h in assembly, and what they are told.
 * Compilers have no type for 8 bytes that are loaded as halfwords without
 * <arm_mve.h>, which is not for emitted C; as C, 8 taps are about 30
 * instructions, of which 7 are left.
 */
#ifndef TC_DEPTHWISE2D_SMALL_ASM_H_
#define TC_DEPTHWISE2D_SMALL_ASM_H_

#include <stdint.h>

#include "tc_asm.h"

/* A row of outputs: the rows of its windows that lie inside. */
typedef struct {
  int32_t x_at; /* bytes in front of the first one in the copy */
  int32_t w_at; /* and in front of its weights */
  int32_t taps; /* how many there are, at least 1 */
} tc_depthwise2d_small_row;

/* The same of a column; then the bytes from the last tap inside of a row of the
 * window to the first one of the next row. */
typedef struct {
  int32_t x_at;
  int32_t w_at;
  int32_t taps;
  int32_t x_next;
  int32_t w_next;
} tc_depthwise2d_small_column;

/* Up to 8 channels of an image; assembly takes the fields by their order. */
typedef struct {
  const int8_t *x;
  int32_t step;   /* from a pixel to the next one, and from a tap */
  int32_t pixels; /* of x, and as many of y */
  const int8_t *w;
  int32_t taps;     /* of the kernel */
  int16_t *image;   /* the copy */
  int8_t *weights;  /* theirs, 8 of a tap */
  int32_t channels; /* 1 to 8 */
  int32_t in_zero;
  const int32_t *bias; /* of 8, whatever there are */
  int8_t *y;
  const int32_t *mult; /* likewise */
  int32_t shift;
  int32_t out_zero;
  const tc_depthwise2d_small_row *rows;
  const tc_depthwise2d_small_row *rows_end;
  const tc_depthwise2d_small_column *columns;
  const tc_depthwise2d_small_column *columns_end;
} tc_depthwise2d_small_job;

#if TC_MVE_ASM

/*
 * Sums of even channels in q0, of odd ones in q1; where they begin in q6 and
 * q7.  Of the job there are on the stack, from sp on: step, out_zero,
 * columns_end, rows, rows_end, columns, image, weights.
 */
TC_ASM_FUNCTION static void tc_depthwise2d_small(
    const tc_depthwise2d_small_job *job __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  vpush  {d8-d15}\n"
      "  sub    sp, sp, #32\n"
      "  ldrd   r1, r2, [r0]\n"
      "  ldrd   r3, r4, [r0, #8]\n"
      "  ldrd   r5, r6, [r0, #16]\n"
      "  ldrd   r7, r8, [r0, #24]\n"
      "  ldrd   r9, r10, [r0, #32]\n"
      "  strd   r6, r7, [sp, #24]\n"
      "  vctp.16 r8\n"
      "  dls    lr, r3\n"
      "1:\n" /* a pixel */
      "  vpst\n"
      "  vldrbt.s16 q0, [r1]\n"
      "  add    r1, r1, r2\n"
      "  vsub.i16 q0, q0, r9\n"
      "  vstrh.16 q0, [r6], #16\n"
      "  le     lr, 1b\n"
      "  vmov.i32 q1, #0\n"
      "  dls    lr, r5\n"
      "2:\n" /* a tap of the kernel */
      "  vpst\n"
      "  vldrbt.s16 q0, [r4]\n"
      "  add    r4, r4, r2\n"
      "  vadd.i16 q1, q1, q0\n"
      "  vstrb.16 q0, [r7], #8\n"
      "  le     lr, 2b\n"
      "  vmovlb.s16 q2, q1\n"
      "  vmovlt.s16 q3, q1\n"
      "  vld20.32 {q6, q7}, [r10]\n"
      "  vld21.32 {q6, q7}, [r10]\n"
      "  vmla.s32 q6, q2, r9\n"
      "  vmla.s32 q7, q3, r9\n"
      "  ldrd   r6, r7, [r0, #40]\n"
      "  ldrd   r12, r3, [r0, #48]\n"
      "  ldrd   r4, r5, [r0, #56]\n"
      "  ldrd   r10, r11, [r0, #64]\n"
      "  strd   r2, r3, [sp]\n"
      "  strd   r11, r4, [sp, #8]\n"
      "  strd   r5, r10, [sp, #16]\n"
      "3:\n" /* a row of outputs */
      "  ldr    r1, [sp, #12]\n"
      "  ldrd   r0, r3, [sp, #20]\n"
      "  ldr    r4, [sp, #28]\n"
      "  ldrd   r9, r10, [r1]\n"
      "  ldr    r8, [r1, #8]\n"
      "  add    r1, r1, #12\n"
      "  str    r1, [sp, #12]\n"
      "  add    r9, r9, r3\n"
      "  add    r10, r10, r4\n"
      "4:\n" /* an output */
      "  ldm    r0!, {r1-r5}\n"
      "  add    r1, r1, r9\n"
      "  add    r2, r2, r10\n"
      "  mov    r11, r8\n"
      "  vmov   q0, q6\n"
      "  vmov   q1, q7\n"
      "5:\n" /* a row of its window */
      "  dls    lr, r3\n"
      "6:\n"
      "  vldrh.u16 q2, [r1], #16\n"
      "  vldrb.s16 q3, [r2], #8\n"
      "  vmullb.s16 q4, q2, q3\n"
      "  vmullt.s16 q2, q2, q3\n"
      "  vadd.i32 q0, q0, q4\n"
      "  vadd.i32 q1, q1, q2\n"
      "  le     lr, 6b\n"
      "  add    r1, r1, r4\n"
      "  add    r2, r2, r5\n"
      "  subs   r11, r11, #1\n"
      "  bne.n  5b\n"
      "  vld20.32 {q2, q3}, [r7]\n"
      "  vld21.32 {q2, q3}, [r7]\n"
      "  vshl.s32 q0, r12\n"
      "  vshl.s32 q1, r12\n"
      "  vrmulh.s32 q0, q0, q2\n"
      "  vrmulh.s32 q1, q1, q3\n"
      "  ldrd   r2, r3, [sp]\n"
      "  ldr    r4, [sp, #8]\n"
      "  vqmovnb.s32 q0, q0\n"
      "  vqmovnt.s32 q0, q1\n"
      "  vqadd.s16 q0, q0, r3\n"
      "  vqmovnb.s16 q0, q0\n"
      "  vpst\n"
      "  vstrbt.16 q0, [r6]\n"
      "  add    r6, r6, r2\n"
      "  cmp    r0, r4\n"
      "  bne.n  4b\n"
      "  ldrd   r1, r2, [sp, #12]\n"
      "  cmp    r1, r2\n"
      "  bne.n  3b\n"
      "  add    sp, sp, #32\n"
      "  vpop   {d8-d15}\n"
      "  pop    {r4-r11, pc}\n");
}

#endif /* TC_MVE_ASM */

#endif /* TC_DEPTHWISE2D_SMALL_ASM_H_ */
