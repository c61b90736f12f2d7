/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of depthwise2d_rvv.h with RISC-V's vectors, in assembly, since
 * compilers find them in C only if they vectorize (gcc from 14 on), and C that
 * is emitted cannot include <riscv_vector.h>; and what they are told.  Three
 * taps of 32 channels take 22 instructions, where C takes 3 for each product.
 */
#ifndef TC_DEPTHWISE2D_RVV_ASM_H_
#define TC_DEPTHWISE2D_RVV_ASM_H_

#include <stddef.h>
#include <stdint.h>

#include "tc_asm.h"
#include "tc_rvv.h"

/* Taps of a window that are a step apart, and whose weights follow those of the
 * run before.  Outside the image all distances are 0. */
typedef struct {
  const int8_t *x; /* moves while the job is done */
  int32_t x_step;
  int32_t taps;    /* at least 1 */
  int32_t x_pixel; /* from an output to the next one */
  int32_t x_block; /* from 32 channels to the next ones */
} tc_depthwise2d_rvv_run;

/* Some outputs whose windows have the same runs; all fields are as long as
 * registers. */
typedef struct {
  tc_depthwise2d_rvv_run *runs;
  tc_depthwise2d_rvv_run *runs_end;
  const int32_t *bias;
  const int32_t *mult;
  const int8_t *w;
  ptrdiff_t w_step; /* from a tap to the next one */
  int8_t *y;
  ptrdiff_t channels;
  ptrdiff_t pixels;  /* at least 1 */
  ptrdiff_t y_pixel; /* from one to the next one */
  ptrdiff_t shift;   /* of tc_requant */
  ptrdiff_t zero;    /* zero point of y */
} tc_depthwise2d_rvv_job;

#if TC_RVV_ASM

/* Loads x and w of a tap, moves on, and has their products in `to`. */
#define TC_DEPTHWISE2D_RVV_TAP(to) \
  "  vle8.v   v0, (t4)\n"          \
  "  add    t4, t4, t5\n"          \
  "  vle8.v   v2, (t3)\n"          \
  "  add    t3, t3, a6\n"          \
  "  vwmul.vv " to ", v0, v2\n"

/*
 * a1 and a2: runs, a3: bias, a4: mult, a5: w, a6: w_step, a7: y, t0: pixels,
 * t1: channels that are left; t2: run, t3: its w, t4: its x, t5: its x_step,
 * t6: its taps.  Sums in v8 to v15.  Results of tc_requant are halves of what
 * vsmul makes, rounded down, and 1.
 */
TC_ASM_FUNCTION static void tc_depthwise2d_rvv(const tc_depthwise2d_rvv_job *job
                                               __attribute__((unused))) {
  __asm__ volatile(
      /* clang-format off */
      TC_RV_LW("a1", "0", "a0")
      TC_RV_LW("a2", "1", "a0")
      TC_RV_LW("a3", "2", "a0")
      TC_RV_LW("a4", "3", "a0")
      TC_RV_LW("a5", "4", "a0")
      TC_RV_LW("a6", "5", "a0")
      TC_RV_LW("a7", "6", "a0")
      TC_RV_LW("t1", "7", "a0")
      TC_RVV_ROUND_DOWN
      "1:\n" /* up to 32 channels */
      "  li     t2, 32\n"
      "  bltu   t2, t1, 2f\n"
      "  mv     t2, t1\n"
      "2:\n"
      "  vsetvli zero, t2, e8, m2, ta, ma\n"
      TC_RV_LW("t0", "8", "a0")
      "3:\n" /* an output */
      "  vsetvli zero, zero, e32, m8, ta, ma\n"
      "  vle32.v  v8, (a3)\n"
      "  mv     t2, a1\n"
      "  mv     t3, a5\n"
      "4:\n" /* a run */
      TC_RV_LW("t4", "0", "t2")
      "  lw     t5, 8+" TC_RV_BYTES "(t2)\n"
      "  lw     t6, 4+" TC_RV_BYTES "(t2)\n"
      "  add    t5, t5, t4\n"
      TC_RV_SW("t5", "0", "t2")
      "  lw     t5, 0+" TC_RV_BYTES "(t2)\n"
      "  addi   t2, t2, 16+" TC_RV_BYTES "\n"
      "  addi   t6, t6, -3\n"
      "  bltz   t6, 6f\n"
      "5:\n" /* three taps */
      "  vsetvli zero, zero, e8, m2, ta, ma\n"
      TC_DEPTHWISE2D_RVV_TAP("v16")
      TC_DEPTHWISE2D_RVV_TAP("v20")
      TC_DEPTHWISE2D_RVV_TAP("v24")
      "  vsetvli zero, zero, e16, m4, ta, ma\n"
      "  vwadd.wv v8, v8, v16\n"
      "  vwadd.wv v8, v8, v20\n"
      "  vwadd.wv v8, v8, v24\n"
      "  addi   t6, t6, -3\n"
      "  bgez   t6, 5b\n"
      "6:\n"
      "  addi   t6, t6, 3\n"
      "  beqz   t6, 8f\n"
      "7:\n" /* a tap */
      "  vsetvli zero, zero, e8, m2, ta, ma\n"
      TC_DEPTHWISE2D_RVV_TAP("v16")
      "  vsetvli zero, zero, e16, m4, ta, ma\n"
      "  vwadd.wv v8, v8, v16\n"
      "  addi   t6, t6, -1\n"
      "  bnez   t6, 7b\n"
      "8:\n"
      "  bne    t2, a2, 4b\n"
      TC_RV_LW("t4", "10", "a0")
      TC_RV_LW("t5", "11", "a0")
      TC_RV_LW("t6", "9", "a0")
      "  vsetvli zero, zero, e32, m8, ta, ma\n"
      "  vle32.v  v16, (a4)\n"
      "  vsll.vx  v8, v8, t4\n"
      "  li     t4, 1\n"
      "  vsmul.vv v8, v8, v16\n"
      "  vaadd.vx v8, v8, t4\n"
      "  vadd.vx  v8, v8, t5\n"
      "  vsetvli zero, zero, e16, m4, ta, ma\n"
      "  vnclip.wi v16, v8, 0\n"
      "  vsetvli zero, zero, e8, m2, ta, ma\n"
      "  vnclip.wi v20, v16, 0\n"
      "  vse8.v   v20, (a7)\n"
      "  add    a7, a7, t6\n"
      "  addi   t0, t0, -1\n"
      "  bnez   t0, 3b\n"
      "  addi   t1, t1, -32\n"
      "  blez   t1, 10f\n"
      TC_RV_LW("t0", "8", "a0")
      "  mul    t6, t6, t0\n"
      "  sub    a7, a7, t6\n"
      "  addi   a7, a7, 32\n"
      "  addi   a3, a3, 128\n"
      "  addi   a4, a4, 128\n"
      "  addi   a5, a5, 32\n"
      "  mv     t2, a1\n"
      "9:\n" /* a run's next channels */
      TC_RV_LW("t4", "0", "t2")
      "  lw     t5, 8+" TC_RV_BYTES "(t2)\n"
      "  lw     t6, 12+" TC_RV_BYTES "(t2)\n"
      "  mul    t5, t5, t0\n"
      "  add    t4, t4, t6\n"
      "  sub    t4, t4, t5\n"
      TC_RV_SW("t4", "0", "t2")
      "  addi   t2, t2, 16+" TC_RV_BYTES "\n"
      "  bne    t2, a2, 9b\n"
      "  j      1b\n"
      "10:\n"
      "  ret\n"
      /* clang-format on */
  );
}

/* `pixels` times n (up to 32) bytes, a step apart, side by side. */
TC_ASM_FUNCTION static void tc_depthwise2d_rvv_copy(
    const int8_t *x __attribute__((unused)),
    ptrdiff_t step __attribute__((unused)),
    ptrdiff_t pixels __attribute__((unused)),
    ptrdiff_t n __attribute__((unused)), int8_t *to __attribute__((unused))) {
  __asm__ volatile(
      "  vsetvli zero, a3, e8, m2, ta, ma\n"
      "1:\n"
      "  vle8.v v0, (a0)\n"
      "  add    a0, a0, a1\n"
      "  vse8.v v0, (a4)\n"
      "  add    a4, a4, a3\n"
      "  addi   a2, a2, -1\n"
      "  bnez   a2, 1b\n"
      "  ret\n");
}

#endif

#endif /* TC_DEPTHWISE2D_RVV_ASM_H_ */
