/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of depthwise2d_strips_mve.h in assembly, since compilers move sums
 * between registers, of which only the even ones add up vectors; and what they
 * are told.
 */
#ifndef TC_DEPTHWISE2D_STRIPS_ASM_H_
#define TC_DEPTHWISE2D_STRIPS_ASM_H_

#include <stdint.h>

#include "tc_asm.h"

/*
 * A row of results, channel by channel; assembly takes the fields by their
 * offsets, which come first.  A gather is 8 bytes: two columns of 4, or one of
 * 8.  Lane i has bits 2 * i and 2 * i + 1 of a mask.
 */
typedef struct {
  const int8_t *x;     /*   0 the next channel: row and column of the first */
  const int8_t *w;     /*   4 gather; these five move on */
  const int32_t *bias; /*   8 */
  const int32_t *mult; /*  12 */
  int8_t *y;           /*  16 */
  int32_t channels;    /*  20 left to do, at least 1 */
  int32_t gathers;     /*  24 of columns inside the image */
  int32_t x_step;      /*  28 from a gather to the next one */
  int8_t *inside;      /*  32 where the first one goes in the strip */
  const int8_t *strip; /*  36 where the first window begins */
  int32_t outside;     /*  40 mask of the lanes outside the image */
  int32_t in_zero;     /*  44 what padding is */
  int32_t w_gathers;   /*  48 of columns of the kernel */
  int32_t w_step;      /*  52 */
  int32_t w_mask;      /*  56 of the lanes that are taps */
  int32_t w_last;      /*  60 of those of one more gather; 0: there is none */
  int8_t *weights;     /*  64 a window, zeros after its gathers */
  int32_t rest;        /*  68 results that do not make 4 */
  int32_t fours;       /*  72 how often they make 4, at least 1 */
  int32_t y_step;      /*  76 from a result to the 4th after it */
  int32_t y_back;      /*  80 to the one before it that rest begins with */
  int32_t out_zero;    /*  84 */
  int32_t shift;       /*  88 */
  int32_t strip_back;  /*  92 as y_back, in the strip */
  uint16_t x_at[8];    /*  96 where the lanes of a gather are */
  uint16_t w_at[8];    /* 112 */
  uint32_t y_at[4];    /* 128 where 4 results are */
} tc_depthwise2d_strips;

#if TC_MVE_ASM

/* The columns of a channel into the strip, and its weights.  r12: the job. */
#define TC_DEPTHWISE2D_STRIPS_GATHER \
  "  push   {r4-r11, lr}\n"          \
  "  vpush  {d8-d15}\n"              \
  "  mov    r12, r0\n"               \
  "1:\n" /* a channel */             \
  "  ldrd   r0, r1, [r12]\n"         \
  "  ldrd   r2, r3, [r12, #24]\n"    \
  "  ldrd   r6, r7, [r12, #40]\n"    \
  "  ldr    r4, [r12, #32]\n"        \
  "  vldrw.u32 q1, [r12, #96]\n"     \
  "  add    r8, r0, #1\n"            \
  "  add    r9, r1, #1\n"            \
  "  strd   r8, r9, [r12]\n"         \
  "  dls    lr, r2\n"                \
  "  cbz    r6, 3f\n"                \
  "  vmsr   p0, r6\n"                \
  "  vdup.16 q2, r7\n"               \
  "2:\n"                             \
  "  vldrb.u16 q0, [r0, q1]\n"       \
  "  add    r0, r0, r3\n"            \
  "  vpsel  q0, q2, q0\n"            \
  "  vstrb.16 q0, [r4], #8\n"        \
  "  le     lr, 2b\n"                \
  "  b      4f\n"                    \
  "3:\n"                             \
  "  vldrb.u16 q0, [r0, q1]\n"       \
  "  add    r0, r0, r3\n"            \
  "  vstrb.16 q0, [r4], #8\n"        \
  "  le     lr, 3b\n"                \
  "4:\n"                             \
  "  ldrd   r2, r3, [r12, #48]\n"    \
  "  ldrd   r6, r7, [r12, #56]\n"    \
  "  ldr    r4, [r12, #64]\n"        \
  "  vldrw.u32 q1, [r12, #112]\n"    \
  "  mov    r0, r4\n"                \
  "  vmsr   p0, r6\n"                \
  "  wls    lr, r2, 6f\n"            \
  "5:\n"                             \
  "  vpst\n"                         \
  "  vldrbt.u16 q0, [r1, q1]\n"      \
  "  add    r1, r1, r3\n"            \
  "  vstrb.16 q0, [r0], #8\n"        \
  "  le     lr, 5b\n"                \
  "6:\n"                             \
  "  cbz    r7, 7f\n"                \
  "  vmsr   p0, r7\n"                \
  "  vpst\n"                         \
  "  vldrbt.u16 q0, [r1, q1]\n"      \
  "  vstrb.16 q0, [r0]\n"            \
  "7:\n"                             \
  "  vldrb.8 q0, [r4]\n"

/* Goes through the results 4 at a time.  Unless they make 4, the first ones
 * come twice. */
#define TC_DEPTHWISE2D_STRIPS_BEGIN \
  "  ldrd   r2, r3, [r12, #8]\n"    \
  "  ldr    r7, [r2], #4\n"         \
  "  ldr    r4, [r3], #4\n"         \
  "  strd   r2, r3, [r12, #8]\n"    \
  "  vdup.32 q7, r4\n"              \
  "  ldr    r3, [r12, #16]\n"       \
  "  add    r2, r3, #1\n"           \
  "  str    r2, [r12, #16]\n"       \
  "  ldr    r1, [r12, #36]\n"       \
  "  ldrd   r10, r11, [r12, #68]\n" \
  "  ldr    r5, [r12, #76]\n"       \
  "  ldrd   r9, r8, [r12, #84]\n"   \
  "  vldrw.u32 q6, [r12, #128]\n"   \
  "  cmp    r10, #0\n"              \
  "  beq    9f\n"                   \
  "  mov    r2, #1\n"               \
  "  dls    lr, r2\n"               \
  "8:\n"

#define TC_DEPTHWISE2D_STRIPS_END   \
  "  vmov   q5[2], q5[0], r0, r4\n" \
  "  vmov   q5[3], q5[1], r2, r6\n" \
  "  vadd.i32 q5, q5, r7\n"         \
  "  vshl.s32 q5, r8\n"             \
  "  vrmulh.s32 q5, q5, q7\n"       \
  "  vqmovnb.s32 q5, q5\n"          \
  "  vqadd.s16 q5, q5, r9\n"        \
  "  vqmovnb.s16 q5, q5\n"          \
  "  vstrb.32 q5, [r3, q6]\n"       \
  "  add    r3, r3, r5\n"           \
  "  le     lr, 8b\n"               \
  "  cmp    r10, #0\n"              \
  "  beq    10f\n"                  \
  "  ldr    r0, [r12, #80]\n"       \
  "  ldr    r2, [r12, #92]\n"       \
  "  sub    r3, r3, r0\n"           \
  "  sub    r1, r1, r2\n"           \
  "  mov    r10, #0\n"              \
  "9:\n"                            \
  "  dls    lr, r11\n"              \
  "  b      8b\n"                   \
  "10:\n"                           \
  "  ldr    r0, [r12, #20]\n"       \
  "  subs   r0, r0, #1\n"           \
  "  str    r0, [r12, #20]\n"       \
  "  bne.w  1b\n"                   \
  "  vpop   {d8-d15}\n"             \
  "  pop    {r4-r11, pc}\n"

/* Windows of 16, 48 and 64 bytes; the next one is two columns on. */
#define TC_DEPTHWISE2D_STRIPS_16(sum) \
  "  vldrb.8 q4, [r1], #8\n"          \
  "  vmladav.s8 " sum ", q4, q0\n"

#define TC_DEPTHWISE2D_STRIPS_48(sum) \
  "  vldrb.8 q4, [r1, #16]\n"         \
  "  vmladav.s8 " sum                 \
  ", q4, q1\n"                        \
  "  vldrb.8 q4, [r1, #32]\n"         \
  "  vmladava.s8 " sum                \
  ", q4, q2\n"                        \
  "  vldrb.8 q4, [r1], #16\n"         \
  "  vmladava.s8 " sum ", q4, q0\n"

#define TC_DEPTHWISE2D_STRIPS_64(sum) \
  "  vldrb.8 q4, [r1, #48]\n"         \
  "  vmladav.s8 " sum                 \
  ", q4, q3\n"                        \
  "  vldrb.8 q4, [r1, #16]\n"         \
  "  vmladava.s8 " sum                \
  ", q4, q1\n"                        \
  "  vldrb.8 q4, [r1, #32]\n"         \
  "  vmladava.s8 " sum                \
  ", q4, q2\n"                        \
  "  vldrb.8 q4, [r1], #16\n"         \
  "  vmladava.s8 " sum ", q4, q0\n"

TC_ASM_FUNCTION static void tc_depthwise2d_strips16(tc_depthwise2d_strips *job
                                                    __attribute__((unused))) {
  __asm__ volatile(
      TC_DEPTHWISE2D_STRIPS_GATHER TC_DEPTHWISE2D_STRIPS_BEGIN
          TC_DEPTHWISE2D_STRIPS_16("r0") TC_DEPTHWISE2D_STRIPS_16("r2")
              TC_DEPTHWISE2D_STRIPS_16("r4") TC_DEPTHWISE2D_STRIPS_16("r6")
                  TC_DEPTHWISE2D_STRIPS_END);
}

TC_ASM_FUNCTION static void tc_depthwise2d_strips48(tc_depthwise2d_strips *job
                                                    __attribute__((unused))) {
  __asm__ volatile(
      TC_DEPTHWISE2D_STRIPS_GATHER
      "  vldrb.8 q1, [r4, #16]\n"
      "  vldrb.8 q2, [r4, #32]\n" TC_DEPTHWISE2D_STRIPS_BEGIN
          TC_DEPTHWISE2D_STRIPS_48("r0") TC_DEPTHWISE2D_STRIPS_48("r2")
              TC_DEPTHWISE2D_STRIPS_48("r4") TC_DEPTHWISE2D_STRIPS_48("r6")
                  TC_DEPTHWISE2D_STRIPS_END);
}

TC_ASM_FUNCTION static void tc_depthwise2d_strips64(tc_depthwise2d_strips *job
                                                    __attribute__((unused))) {
  __asm__ volatile(
      TC_DEPTHWISE2D_STRIPS_GATHER
      "  vldrb.8 q1, [r4, #16]\n"
      "  vldrb.8 q2, [r4, #32]\n"
      "  vldrb.8 q3, [r4, #48]\n" TC_DEPTHWISE2D_STRIPS_BEGIN
          TC_DEPTHWISE2D_STRIPS_64("r0") TC_DEPTHWISE2D_STRIPS_64("r2")
              TC_DEPTHWISE2D_STRIPS_64("r4") TC_DEPTHWISE2D_STRIPS_64("r6")
                  TC_DEPTHWISE2D_STRIPS_END);
}

#endif /* TC_MVE_ASM */

#endif /* TC_DEPTHWISE2D_STRIPS_ASM_H_ */
