/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of tc_rvv_sums.h in assembly, since compilers find vectors in C
 * only from gcc 14 on, and C that is emitted cannot include <riscv_vector.h>;
 * and what they are told.  A tap of 32 channels and three pixels takes 10.25
 * instructions for 96 products, of one pixel 5.75 for 32; C takes 3 for each.
 */
#ifndef TC_RVV_SUMS_ASM_H_
#define TC_RVV_SUMS_ASM_H_

#include <stddef.h>
#include <stdint.h>

#include "tc_asm.h"
#include "tc_rvv.h"

/* Channels of one pixel, or of three; all fields are as long as registers.  The
 * taps of a window are runs of neighbours in x, by rows and columns. */
typedef struct {
  const int8_t *x[3]; /* the first tap of each pixel */
  ptrdiff_t rows;
  ptrdiff_t columns;    /* runs in a row */
  ptrdiff_t taps;       /* of a run */
  ptrdiff_t x_column;   /* from the end of a run to the next one */
  ptrdiff_t x_row;      /* from the end of a row to the next one */
  const int8_t *w;      /* of the first tap of the first block */
  ptrdiff_t w_row;      /* taps that are left out after a row */
  ptrdiff_t w_block;    /* all taps of a block */
  const int32_t *start; /* where sums begin */
  const int32_t *mult;
  ptrdiff_t shift; /* of tc_requant */
  ptrdiff_t zero;  /* zero point of y */
  ptrdiff_t channels;
  int8_t *y[3];
} tc_rvv_sums_job;

#if TC_RVV_ASM

/* clang-format off */

/* `f` for a pixel, or for three: the register with its x, that of the first of
 * 8 with its sums, one to work in, and the words of the job with x and y. */
#define TC_RVV_ONE(f, k) f("a1", "v0", "t4", "0", "16", k)
#define TC_RVV_THREE(f, k)                               \
  TC_RVV_ONE(f, k) f("a2", "v8", "t5", "1", "17", k)     \
  f("a3", "v16", "t6", "2", "18", k)

#define TC_RVV_X(x, sum, t, at, y, k) TC_RV_LW(x, at, "a0")
#define TC_RVV_ZERO(x, sum, t, at, y, k) "  vle32.v " sum ", (t2)\n"
#define TC_RVV_LB(x, sum, t, at, y, k) "  lb     " t ", " k "(" x ")\n"
#define TC_RVV_MAC(x, sum, t, at, y, k) "  vwmacc.vx " sum ", " t ", v24\n"
#define TC_RVV_ADDI(x, sum, t, at, y, k) "  addi   " x ", " x ", " k "\n"
#define TC_RVV_ADD(x, sum, t, at, y, k) "  add    " x ", " x ", " k "\n"
#define TC_RVV_SCALE(x, sum, t, at, y, k)  \
  "  vsll.vx   " sum ", " sum ", t5\n"     \
  "  vsmul.vv  " sum ", " sum ", v24\n"    \
  "  vaadd.vx  " sum ", " sum ", t6\n"     \
  "  vadd.vx   " sum ", " sum ", t0\n"
#define TC_RVV_NARROW(x, sum, t, at, y, k) \
  "  vnclip.wi " sum ", " sum ", 0\n"
#define TC_RVV_STORE(x, sum, t, at, y, k)  \
  TC_RV_LW("t5", y, "a0")                  \
  "  add    t5, t5, t4\n"                  \
  "  vse8.v " sum ", (t5)\n"

/* A tap. */
#define TC_RVV_TAP(each, k)                \
  "  vle8.v    v28, (a4)\n"                \
  "  add    a4, a4, a6\n"                  \
  each(TC_RVV_LB, k)                       \
  "  vsext.vf2 v24, v28\n"                 \
  each(TC_RVV_MAC, k)

/*
 * a1 to a3: x, a4: w, a5: taps that are left, a6: channels of the block, a7 and
 * t0: rows and columns that are left, t1 and t2: w and start of the block, t3:
 * channels that are left.  Results of tc_requant are halves of what vsmul
 * makes, rounded down, and 1.
 */
#define TC_RVV_SUMS(each)                        \
  TC_RV_LW("t1", "8", "a0")                      \
  TC_RV_LW("t2", "11", "a0")                     \
  TC_RV_LW("t3", "15", "a0")                     \
  TC_RVV_ROUND_DOWN                              \
  "1:\n" /* a block of channels */               \
  "  li     a6, 32\n"                            \
  "  bltu   a6, t3, 2f\n"                        \
  "  mv     a6, t3\n"                            \
  "2:\n"                                         \
  "  vsetvli zero, a6, e32, m8, ta, ma\n"        \
  each(TC_RVV_ZERO, "")                          \
  "  slli   t4, a6, 2\n"                         \
  "  add    t2, t2, t4\n"                        \
  each(TC_RVV_X, "")                             \
  "  mv     a4, t1\n"                            \
  TC_RV_LW("a7", "3", "a0")                      \
  "  vsetvli zero, zero, e16, m4, ta, ma\n"      \
  "3:\n" /* a row */                             \
  TC_RV_LW("t0", "4", "a0")                      \
  "4:\n" /* a run */                             \
  TC_RV_LW("a5", "5", "a0")                      \
  "  addi   a5, a5, -4\n"                        \
  "  bltz   a5, 6f\n"                            \
  "5:\n"                                         \
  TC_RVV_TAP(each, "0")                          \
  TC_RVV_TAP(each, "1")                          \
  TC_RVV_TAP(each, "2")                          \
  TC_RVV_TAP(each, "3")                          \
  each(TC_RVV_ADDI, "4")                         \
  "  addi   a5, a5, -4\n"                        \
  "  bgez   a5, 5b\n"                            \
  "6:\n"                                         \
  "  addi   a5, a5, 4\n"                         \
  "  beqz   a5, 8f\n"                            \
  "7:\n"                                         \
  TC_RVV_TAP(each, "0")                          \
  each(TC_RVV_ADDI, "1")                         \
  "  addi   a5, a5, -1\n"                        \
  "  bnez   a5, 7b\n"                            \
  "8:\n"                                         \
  "  addi   t0, t0, -1\n"                        \
  "  beqz   t0, 9f\n"                            \
  TC_RV_LW("t4", "6", "a0")                      \
  each(TC_RVV_ADD, "t4")                         \
  "  j      4b\n"                                \
  "9:\n"                                         \
  "  addi   a7, a7, -1\n"                        \
  "  beqz   a7, 10f\n"                           \
  TC_RV_LW("t4", "7", "a0")                      \
  each(TC_RVV_ADD, "t4")                         \
  TC_RV_LW("t4", "9", "a0")                      \
  "  mul    t4, t4, a6\n"                        \
  "  add    a4, a4, t4\n"                        \
  "  j      3b\n"                                \
  "10:\n"                                        \
  TC_RV_LW("t4", "15", "a0")                     \
  TC_RV_LW("t5", "12", "a0")                     \
  "  sub    t4, t4, t3\n"                        \
  "  slli   t6, t4, 2\n"                         \
  "  add    t5, t5, t6\n"                        \
  "  vsetvli zero, zero, e32, m8, ta, ma\n"      \
  "  vle32.v v24, (t5)\n"                        \
  TC_RV_LW("t5", "13", "a0")                     \
  TC_RV_LW("t0", "14", "a0")                     \
  "  li     t6, 1\n"                             \
  each(TC_RVV_SCALE, "")                         \
  "  vsetvli zero, zero, e16, m4, ta, ma\n"      \
  each(TC_RVV_NARROW, "")                        \
  "  vsetvli zero, zero, e8, m2, ta, ma\n"       \
  each(TC_RVV_NARROW, "")                        \
  each(TC_RVV_STORE, "")                         \
  TC_RV_LW("t4", "10", "a0")                     \
  "  mul    t4, t4, a6\n"                        \
  "  add    t1, t1, t4\n"                        \
  "  sub    t3, t3, a6\n"                        \
  "  bnez   t3, 1b\n"                            \
  "  ret\n"

/* clang-format on */

TC_ASM_FUNCTION static void tc_rvv_sums_three(const tc_rvv_sums_job *job
                                              __attribute__((unused))) {
  __asm__ volatile(TC_RVV_SUMS(TC_RVV_THREE));
}

TC_ASM_FUNCTION static void tc_rvv_sums_one(const tc_rvv_sums_job *job
                                            __attribute__((unused))) {
  __asm__ volatile(TC_RVV_SUMS(TC_RVV_ONE));
}

/* start[c] += zero * sum over k < taps of w[k][c], for n channels. */
TC_ASM_FUNCTION static void tc_rvv_sums_pad(
    int32_t *start __attribute__((unused)),
    int32_t zero __attribute__((unused)),
    const int8_t *w __attribute__((unused)),
    ptrdiff_t taps __attribute__((unused)),
    ptrdiff_t n __attribute__((unused))) {
  __asm__ volatile(
      "  beqz   a3, 2f\n"
      "  vsetvli zero, a4, e32, m8, ta, ma\n"
      "  vle32.v v0, (a0)\n"
      "  vsetvli zero, zero, e16, m4, ta, ma\n"
      "1:\n"
      "  vle8.v    v28, (a2)\n"
      "  add    a2, a2, a4\n"
      "  vsext.vf2 v24, v28\n"
      "  vwmacc.vx v0, a1, v24\n"
      "  addi   a3, a3, -1\n"
      "  bnez   a3, 1b\n"
      "  vsetvli zero, zero, e32, m8, ta, ma\n"
      "  vse32.v v0, (a0)\n"
      "2:\n"
      "  ret\n");
}

#endif

#endif /* TC_RVV_SUMS_ASM_H_ */
