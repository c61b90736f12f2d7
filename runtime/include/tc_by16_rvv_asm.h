/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of tc_by16.h with RISC-V's vectors, in assembly, since
 * compilers find them in C only if they vectorize (gcc from 14 on), and C that
 * is emitted cannot include <riscv_vector.h>.  All vectors have a fixed number
 * of elements, so that longer registers change nothing.  A step of two pixels
 * takes 34 instructions for 128 products, one of one pixel 20 for 64.
 */
#ifndef TC_BY16_RVV_ASM_H_
#define TC_BY16_RVV_ASM_H_

#include "tc_asm.h"
#include "tc_by16_asm.h"

#if TC_RVV_ASM

/* The job in registers: a1: weights, a2 and a3: x0 and x1, a4: end of x0, a5:
 * shift, a6: zero, a7 and t0: y0 and y1, t1: y0_end.  Shifts round to nearest,
 * ties up. */
#define TC_BY16_RVV_BEGIN \
  "  ld     a1, 0(a0)\n"  \
  "  ld     a2, 8(a0)\n"  \
  "  ld     a3, 16(a0)\n" \
  "  lw     a4, 24(a0)\n" \
  "  lw     a5, 28(a0)\n" \
  "  lw     a6, 32(a0)\n" \
  "  ld     a7, 40(a0)\n" \
  "  ld     t0, 48(a0)\n" \
  "  ld     t1, 56(a0)\n" \
  "  slli   a4, a4, 4\n"  \
  "  add    a4, a2, a4\n" \
  "  csrwi  vxrm, 0\n"

/* Four sums of 16 elements: v8, v12, v16, v20. */
#define TC_BY16_RVV_CLEAR                  \
  "  vsetivli zero, 16, e32, m4, ta, ma\n" \
  "  vmv.v.i  v8, 0\n"                     \
  "  vmv.v.i  v12, 0\n"                    \
  "  vmv.v.i  v16, 0\n"                    \
  "  vmv.v.i  v20, 0\n"                    \
  "  vsetivli zero, 16, e16, m2, ta, ma\n"

/* Appends the elements of v8 and v12, added up, to `a`, those of v16 and v20 to
 * `b`. */
#define TC_BY16_RVV_ADD_UP(a, b)           \
  "  vsetivli zero, 16, e32, m4, ta, ma\n" \
  "  vmv.s.x    v1, zero\n"                \
  "  vredsum.vs v2, v8, v1\n"              \
  "  vredsum.vs v3, v12, v1\n"             \
  "  vredsum.vs v4, v16, v1\n"             \
  "  vredsum.vs v5, v20, v1\n"             \
  "  vmv.x.s    t3, v2\n"                  \
  "  vmv.x.s    t4, v3\n"                  \
  "  vmv.x.s    t5, v4\n"                  \
  "  vmv.x.s    t6, v5\n"                  \
  "  vsetivli zero, 4, e32, m1, ta, ma\n"  \
  "  vslide1down.vx " a ", " a             \
  ", t3\n"                                 \
  "  vslide1down.vx " a ", " a             \
  ", t4\n"                                 \
  "  vslide1down.vx " b ", " b             \
  ", t5\n"                                 \
  "  vslide1down.vx " b ", " b ", t6\n"

/* The results of the 4 sums in v, stored at y; v6: biases, v7: multipliers,
 * t6: 32. */
#define TC_BY16_RVV_REQUANT(v, y)          \
  "  vsetivli zero, 4, e32, m1, ta, ma\n"  \
  "  vadd.vv   " v ", " v                  \
  ", v6\n"                                 \
  "  vsll.vx   " v ", " v                  \
  ", a5\n"                                 \
  "  vwmul.vv  v2, " v                     \
  ", v7\n"                                 \
  "  vnclip.wx " v                         \
  ", v2, t6\n"                             \
  "  vadd.vx   " v ", " v                  \
  ", a6\n"                                 \
  "  vsetivli zero, 4, e16, mf2, ta, ma\n" \
  "  vnclip.wi " v ", " v                  \
  ", 0\n"                                  \
  "  vsetivli zero, 4, e8, mf4, ta, ma\n"  \
  "  vnclip.wi " v ", " v                  \
  ", 0\n"                                  \
  "  vse8.v    " v ", (" y                 \
  ")\n"                                    \
  "  addi   " y ", " y ", 4\n"

/* Two channels, with weights from t5 on, of two pixels. */
#define TC_BY16_RVV_TWO        \
  TC_BY16_RVV_CLEAR            \
  "  mv     t3, a2\n"          \
  "  mv     t4, a3\n"          \
  "2:\n"                       \
  "  vle8.v    v24, (t3)\n"    \
  "  vle8.v    v25, (t4)\n"    \
  "  vle8.v    v26, (t5)\n"    \
  "  addi   t5, t5, 16\n"      \
  "  vle8.v    v27, (t5)\n"    \
  "  vsext.vf2 v2, v24\n"      \
  "  vsext.vf2 v4, v25\n"      \
  "  vsext.vf2 v6, v26\n"      \
  "  vsext.vf2 v28, v27\n"     \
  "  vwmacc.vv v8, v2, v6\n"   \
  "  vwmacc.vv v12, v2, v28\n" \
  "  vwmacc.vv v16, v4, v6\n"  \
  "  vwmacc.vv v20, v4, v28\n" \
  "  addi   t3, t3, 16\n"      \
  "  addi   t4, t4, 16\n"      \
  "  addi   t5, t5, 48\n"      \
  "  bne    t3, a4, 2b\n" TC_BY16_RVV_ADD_UP("v30", "v31")

/* Two pixels. */
TC_ASM_FUNCTION static void tc_by16_two(const tc_by16_job *job
                                        __attribute__((unused))) {
  __asm__ volatile(
      TC_BY16_RVV_BEGIN
      "1:\n" /* a block of channels */
      "  addi   t5, a1, 16\n" TC_BY16_RVV_TWO
      "  addi   t5, a1, 48\n" TC_BY16_RVV_TWO
      "  vle32.v   v6, (a1)\n"
      "  sub    t3, a4, a2\n" /* 16 * steps */
      "  slli   t3, t3, 2\n"
      "  add    a1, a1, t3\n"
      "  addi   a1, a1, 16\n"
      "  vle32.v   v7, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  li     t6, 32\n" TC_BY16_RVV_REQUANT("v30", "a7")
          TC_BY16_RVV_REQUANT("v31", "t0")
      "  bne    a7, t1, 1b\n"
      "  ret\n");
}

/* One pixel. */
TC_ASM_FUNCTION static void tc_by16_one(const tc_by16_job *job
                                        __attribute__((unused))) {
  __asm__ volatile(
      TC_BY16_RVV_BEGIN
      "1:\n" /* a block of channels */
      "  vsetivli zero, 4, e32, m1, ta, ma\n"
      "  vle32.v   v6, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  mv     t3, a2\n" TC_BY16_RVV_CLEAR
      "2:\n"
      "  vle8.v    v24, (t3)\n"
      "  vle8.v    v25, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  vsext.vf2 v2, v24\n"
      "  vle8.v    v26, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  vsext.vf2 v4, v25\n"
      "  vle8.v    v27, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  vwmacc.vv v8, v2, v4\n"
      "  vsext.vf2 v28, v26\n"
      "  vle8.v    v24, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  vwmacc.vv v12, v2, v28\n"
      "  vsext.vf2 v4, v27\n"
      "  vwmacc.vv v16, v2, v4\n"
      "  vsext.vf2 v28, v24\n"
      "  vwmacc.vv v20, v2, v28\n"
      "  addi   t3, t3, 16\n"
      "  bne    t3, a4, 2b\n" TC_BY16_RVV_ADD_UP("v30", "v30")
      "  vle32.v   v7, (a1)\n"
      "  addi   a1, a1, 16\n"
      "  li     t6, 32\n" TC_BY16_RVV_REQUANT("v30", "a7")
      "  bne    a7, t1, 1b\n"
      "  ret\n");
}

#endif

#endif /* TC_BY16_RVV_ASM_H_ */
