/* SPDX-License-Identifier: Apache-2.0 */
/* Results of 8 bits, many at a time. */
#ifndef TC_BYTES_H_
#define TC_BYTES_H_

#include <stdint.h>

#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

#if TC_MVE_ASM
/* tc_clamp_bytes, 16 at a time. */
TC_ASM_FUNCTION static void tc_clamp_vectors(
    int8_t *y __attribute__((unused)), int32_t count __attribute__((unused)),
    int32_t lo __attribute__((unused)), int32_t hi __attribute__((unused))) {
  __asm__ volatile(
      "  push    {r4, lr}\n"
      "  vdup.8  q1, r2\n"
      "  vdup.8  q2, r3\n"
      "  wlstp.8 lr, r1, 2f\n"
      "1:\n"
      "  vldrb.8 q0, [r0]\n"
      "  vmax.s8 q0, q0, q1\n"
      "  vmin.s8 q0, q0, q2\n"
      "  vstrb.8 q0, [r0], #16\n"
      "  letp    lr, 1b\n"
      "2:\n"
      "  pop     {r4, pc}\n");
}
#elif TC_RVV_ASM
/* tc_clamp_bytes, as many at a time as fit 8 registers. */
TC_ASM_FUNCTION static void tc_clamp_vectors(
    int8_t *y __attribute__((unused)), int32_t count __attribute__((unused)),
    int32_t lo __attribute__((unused)), int32_t hi __attribute__((unused))) {
  __asm__ volatile(
      "1:\n"
      "  vsetvli t0, a1, e8, m8, ta, ma\n"
      "  vle8.v  v8, (a0)\n"
      "  vmax.vx v8, v8, a2\n"
      "  vmin.vx v8, v8, a3\n"
      "  vse8.v  v8, (a0)\n"
      "  add     a0, a0, t0\n"
      "  sub     a1, a1, t0\n"
      "  bgtz    a1, 1b\n"
      "  ret\n");
}
#endif

/* Clamps results that lie within int8's range, which is nothing to do for most
 * layers. */
TC_INLINE void tc_clamp_bytes(int8_t *y, int32_t count, int32_t lo,
                              int32_t hi) {
#if TC_MVE_ASM || TC_RVV_ASM
  if (lo > -128 || hi < 127) tc_clamp_vectors(y, count, lo, hi);
#else
  int32_t i;
  if (lo == -128 && hi == 127) return;
  for (i = 0; i < count; ++i) y[i] = (int8_t)tc_clamp(y[i], lo, hi);
#endif
}

#endif /* TC_BYTES_H_ */
