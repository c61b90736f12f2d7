/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of depthwise2d_columns_mve.h in assembly, since compilers move sums
 * between registers, of which only the even ones add up vectors; and what they
 * are told.
 */
#ifndef TC_DEPTHWISE2D_COLUMNS_ASM_H_
#define TC_DEPTHWISE2D_COLUMNS_ASM_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

/* The most bytes of weights: twice those of the columns of 8x8, and as many as
 * they turn by. */
#define TC_DEPTHWISE2D_WEIGHTS (2 * 64 + 8)

/*
 * One channel of an image; assembly takes the fields by their offsets, which
 * come first.  What changes from row to row is restored by no one.
 */
typedef struct {
  int32_t row;     /*   0 the next one of the operand; outside it: padding */
  int32_t rows;    /*   4 of the operand */
  const int8_t *x; /*   8 the next row inside the operand */
  int32_t x_row;   /*  12 from a row to the next one */
  int32_t x_eight; /*  16 from a column to the 8th after it */
  int32_t columns; /*  20 of the operand */
  int8_t *inside;  /*  24 its first column in the ring */
  int32_t slot;    /*  28 the byte of the next row */
  int32_t mask;    /*  32 bytes of a column - 1 */
  int32_t eight;   /*  36 bytes of 8 columns */
  int32_t in_zero; /*  40 what padding is */
  int32_t skip;    /*  44 rows that come before there are windows */
  /* 48 For each column its weights from the first row to the last one, in front
   * of them zeros up to the bytes of a column, and all that once more. */
  const int8_t *weights;
  const int8_t *ring;  /*  52 the first column */
  int8_t *y;           /*  56 the next row of results */
  int32_t y_row;       /*  60 from a row to the next one */
  int32_t y_eight;     /*  64 from a result to the 8th after it */
  int32_t rest;        /*  68 results of a row that do not make 8 */
  int32_t eights;      /*  72 how often they make 8 */
  int32_t y_back;      /*  76 y_eight - rest * distance of neighbours */
  int32_t width;       /*  80 results of a row */
  int32_t y_rows;      /*  84 rows of results, at least 1 */
  int32_t bias;        /*  88 times the power of two */
  int32_t out_zero;    /*  92 */
  int32_t power[4];    /*  96 the power of two, as often as there are lanes */
  int32_t mult[4];     /* 112 likewise */
  uint16_t x_at[8];    /* 128 where 8 columns of the operand are */
  uint16_t ring_at[8]; /* 144 of the ring */
  uint16_t y_at[8];    /* 160 of the result */
  uint8_t w_at[16];    /* 176 where the weights of 16 bytes of columns are */
} tc_depthwise2d_image;

#if TC_MVE_ASM

/*
 * Puts rows into the ring until there are windows; then r6 is by how many bytes
 * the weights have turned.  r9: the image.
 */
#define TC_DEPTHWISE2D_MVE_ROW      \
  "  push   {r4-r11, lr}\n"         \
  "  vpush  {d8-d15}\n"             \
  "  mov    r9, r0\n"               \
  "1:\n"                            \
  "  ldrd   r0, r1, [r9]\n"         \
  "  ldrd   r2, r3, [r9, #8]\n"     \
  "  ldrd   r4, r5, [r9, #16]\n"    \
  "  ldrd   r6, r7, [r9, #24]\n"    \
  "  ldrd   r8, r10, [r9, #32]\n"   \
  "  vldrw.u32 q3, [r9, #144]\n"    \
  "  add    r6, r6, r7\n"           \
  "  cmp    r0, r1\n"               \
  "  add.w  r0, r0, #1\n"           \
  "  str    r0, [r9]\n"             \
  "  bhs    3f\n"                   \
  "  vldrw.u32 q2, [r9, #128]\n"    \
  "  add    r3, r3, r2\n"           \
  "  str    r3, [r9, #8]\n"         \
  "  dlstp.16 lr, r5\n"             \
  "2:\n" /* 8 columns of a row */   \
  "  vldrb.u16 q1, [r2, q2]\n"      \
  "  add    r2, r2, r4\n"           \
  "  vstrb.16 q1, [r6, q3]\n"       \
  "  add    r6, r6, r10\n"          \
  "  letp   lr, 2b\n"               \
  "  b      5f\n"                   \
  "3:\n"                            \
  "  ldr    r2, [r9, #40]\n"        \
  "  vdup.16 q1, r2\n"              \
  "  dlstp.16 lr, r5\n"             \
  "4:\n" /* 8 columns of padding */ \
  "  vstrb.16 q1, [r6, q3]\n"       \
  "  add    r6, r6, r10\n"          \
  "  letp   lr, 4b\n"               \
  "5:\n"                            \
  "  eor    r6, r8, r7\n"           \
  "  add    r7, r7, #1\n"           \
  "  and    r7, r7, r8\n"           \
  "  str    r7, [r9, #28]\n"        \
  "  ldrd   r4, r5, [r9, #44]\n"    \
  "  subs   r4, r4, #1\n"           \
  "  itt    pl\n"                   \
  "  strpl  r4, [r9, #44]\n"        \
  "  bpl    1b\n"                   \
  "  add    r5, r5, r6\n"           \
  "  vldrw.u32 q7, [r9, #176]\n"    \
  "  vldrb.u8 q0, [r5, q7]\n"

/* 16 more bytes of weights. */
#define TC_DEPTHWISE2D_MVE_WEIGHTS(q) \
  "  add    r5, r5, #32\n"            \
  "  vldrb.u8 " q ", [r5, q7]\n"

/* Goes through a row 8 results at a time.  Unless they make 8, the first ones
 * come twice; where there are less than 8, others are not written. */
#define TC_DEPTHWISE2D_MVE_BEGIN   \
  "  ldrd   r1, r3, [r9, #52]\n"   \
  "  ldrd   r4, r5, [r9, #60]\n"   \
  "  add    r4, r4, r3\n"          \
  "  str    r4, [r9, #56]\n"       \
  "  ldrd   r10, r11, [r9, #68]\n" \
  "  ldr    r12, [r9, #80]\n"      \
  "  vctp.16 r12\n"                \
  "  ldrd   r7, r8, [r9, #88]\n"   \
  "  cmp    r10, #0\n"             \
  "  beq    8f\n"                  \
  "  mov    r12, #1\n"             \
  "  dls    lr, r12\n"             \
  "7:\n"

#define TC_DEPTHWISE2D_MVE_END(step, log2_step) \
  "  add    r3, r3, r5\n"                       \
  "  add    r1, r1, #(8 * " step                \
  ")\n"                                         \
  "  le     lr, 7b\n"                           \
  "  cmp    r10, #0\n"                          \
  "  beq    9f\n"                               \
  "  ldr    r1, [r9, #52]\n"                    \
  "  add    r1, r1, r10, lsl #" log2_step       \
  "\n"                                          \
  "  ldr    r12, [r9, #76]\n"                   \
  "  sub    r3, r3, r12\n"                      \
  "  mov    r10, #0\n"                          \
  "8:\n"                                        \
  "  cmp    r11, #0\n"                          \
  "  beq    9f\n"                               \
  "  dls    lr, r11\n"                          \
  "  b      7b\n"                               \
  "9:\n"                                        \
  "  ldr    r4, [r9, #84]\n"                    \
  "  subs   r4, r4, #1\n"                       \
  "  str    r4, [r9, #84]\n"                    \
  "  bne.w  1b\n"                               \
  "  vpop   {d8-d15}\n"                         \
  "  pop    {r4-r11, pc}\n"

/* Every other one of 8 sums, of windows of 16 to 64 bytes. */
#define TC_DEPTHWISE2D_MVE_SUMS(window, step, first, sums)               \
  window("r0", step " * " first) window("r2", step " * (2 + " first ")") \
      window("r4", step " * (4 + " first ")")                            \
          window("r6", step " * (6 + " first ")") "  vmov   " sums       \
                                                  "[2], " sums           \
                                                  "[0], r0, r4\n"        \
                                                  "  vmov   " sums       \
                                                  "[3], " sums "[1], r2, r6\n"

#define TC_DEPTHWISE2D_MVE_TAPS(sum, x, w, at, a) \
  "  vldrb.8 " x ", [r1, #(" at                   \
  ")]\n"                                          \
  "  vmladav" a ".s8 " sum ", " x ", " w "\n"

#define TC_DEPTHWISE2D_MVE_WINDOW16(sum, at) \
  TC_DEPTHWISE2D_MVE_TAPS(sum, "q1", "q0", at, "")

#define TC_DEPTHWISE2D_MVE_WINDOW32(sum, at)       \
  TC_DEPTHWISE2D_MVE_TAPS(sum, "q4", "q0", at, "") \
  TC_DEPTHWISE2D_MVE_TAPS(sum, "q4", "q1", at " + 16", "a")

#define TC_DEPTHWISE2D_MVE_WINDOW48(sum, at) \
  TC_DEPTHWISE2D_MVE_WINDOW32(sum, at)       \
  TC_DEPTHWISE2D_MVE_TAPS(sum, "q4", "q2", at " + 32", "a")

#define TC_DEPTHWISE2D_MVE_WINDOW64(sum, at) \
  TC_DEPTHWISE2D_MVE_WINDOW48(sum, at)       \
  TC_DEPTHWISE2D_MVE_TAPS(sum, "q4", "q3", at " + 48", "a")

/* Even sums in `even`, odd ones in `odd` become results. */
#define TC_DEPTHWISE2D_MVE_RESULTS(even, odd, power, mult, y_at, load_y_at)   \
  "  vmlas.s32 " even ", " power                                              \
  ", r7\n"                                                                    \
  "  vmlas.s32 " odd ", " power                                               \
  ", r7\n"                                                                    \
  "  vrmulh.s32 " even ", " even ", " mult                                    \
  "\n"                                                                        \
  "  vrmulh.s32 " odd ", " odd ", " mult "\n" load_y_at "  vqmovnb.s32 " even \
  ", " even                                                                   \
  "\n"                                                                        \
  "  vqmovnt.s32 " even ", " odd                                              \
  "\n"                                                                        \
  "  vqadd.s16 " even ", " even                                               \
  ", r8\n"                                                                    \
  "  vqmovnb.s16 " even ", " even                                             \
  "\n"                                                                        \
  "  vpst\n"                                                                  \
  "  vstrbt.16 " even ", [r3, " y_at "]\n"

/* Windows of at most 16 bytes: weights in q0, constants in q4 to q6. */
#define TC_DEPTHWISE2D_MVE_IMAGE16(step, log2_step)                            \
  __asm__ volatile(                                                            \
      TC_DEPTHWISE2D_MVE_ROW                                                   \
      "  vldrw.u32 q4, [r9, #96]\n"                                            \
      "  vldrw.u32 q5, [r9, #112]\n"                                           \
      "  vldrw.u32 q6, [r9, #160]\n" TC_DEPTHWISE2D_MVE_BEGIN                  \
          TC_DEPTHWISE2D_MVE_SUMS(TC_DEPTHWISE2D_MVE_WINDOW16, step, "0",      \
                                  "q2")                                        \
              TC_DEPTHWISE2D_MVE_SUMS(TC_DEPTHWISE2D_MVE_WINDOW16, step, "1",  \
                                      "q3")                                    \
                  TC_DEPTHWISE2D_MVE_RESULTS("q2", "q3", "q4", "q5", "q6", "") \
                      TC_DEPTHWISE2D_MVE_END(step, log2_step))

/* Windows of more bytes: weights in q0 to q3, constants in q7 and memory. */
#define TC_DEPTHWISE2D_MVE_IMAGE(weights, window, step, log2_step) \
  __asm__ volatile(                                                            \
      TC_DEPTHWISE2D_MVE_ROW weights                                           \
      "  vldrw.u32 q7, [r9, #112]\n" TC_DEPTHWISE2D_MVE_BEGIN                  \
          TC_DEPTHWISE2D_MVE_SUMS(window, step, "0", "q5")                     \
              TC_DEPTHWISE2D_MVE_SUMS(                                         \
                  window, step, "1",                                           \
                  "q6") "  vldrw.u32 q4, [r9, "                                \
                        "#96]\n" TC_DEPTHWISE2D_MVE_RESULTS("q5", "q6", "q4",  \
                                                            "q7", "q4",        \
                                                            "  vldrw.u32 q4, " \
                                                            "[r9, #160]\n")    \
                            TC_DEPTHWISE2D_MVE_END(step, log2_step))

/* The channel of an image, for kernels of at most so many rows x columns. */
TC_ASM_FUNCTION static void tc_depthwise2d_image4x4(tc_depthwise2d_image *image
                                                    __attribute__((unused))) {
  TC_DEPTHWISE2D_MVE_IMAGE16("4", "2");
}

TC_ASM_FUNCTION static void tc_depthwise2d_image4x8(tc_depthwise2d_image *image
                                                    __attribute__((unused))) {
  TC_DEPTHWISE2D_MVE_IMAGE(TC_DEPTHWISE2D_MVE_WEIGHTS("q1"),
                           TC_DEPTHWISE2D_MVE_WINDOW32, "4", "2");
}

TC_ASM_FUNCTION static void tc_depthwise2d_image8x4(tc_depthwise2d_image *image
                                                    __attribute__((unused))) {
  TC_DEPTHWISE2D_MVE_IMAGE(TC_DEPTHWISE2D_MVE_WEIGHTS("q1"),
                           TC_DEPTHWISE2D_MVE_WINDOW32, "8", "3");
}

TC_ASM_FUNCTION static void tc_depthwise2d_image8x6(tc_depthwise2d_image *image
                                                    __attribute__((unused))) {
  TC_DEPTHWISE2D_MVE_IMAGE(TC_DEPTHWISE2D_MVE_WEIGHTS("q1")
                               TC_DEPTHWISE2D_MVE_WEIGHTS("q2"),
                           TC_DEPTHWISE2D_MVE_WINDOW48, "8", "3");
}

TC_ASM_FUNCTION static void tc_depthwise2d_image8x8(tc_depthwise2d_image *image
                                                    __attribute__((unused))) {
  TC_DEPTHWISE2D_MVE_IMAGE(TC_DEPTHWISE2D_MVE_WEIGHTS("q1")
                               TC_DEPTHWISE2D_MVE_WEIGHTS("q2")
                                   TC_DEPTHWISE2D_MVE_WEIGHTS("q3"),
                           TC_DEPTHWISE2D_MVE_WINDOW64, "8", "3");
}

#endif

#endif /* TC_DEPTHWISE2D_COLUMNS_ASM_H_ */
