/* SPDX-License-Identifier: Apache-2.0 */
/* Words of registers' width in assembly for RISC-V, whatever that width. */
#ifndef TC_RVV_H_
#define TC_RVV_H_

#include "tc_asm.h"

#if TC_RVV_ASM

#if __riscv_xlen + 0 == 64
#define TC_RV_BYTES "8"
#define TC_RV_LOAD "  ld   "
#define TC_RV_STORE "  sd   "
#else
#define TC_RV_BYTES "4"
#define TC_RV_LOAD "  lw   "
#define TC_RV_STORE "  sw   "
#endif

/* Word n (a string) from the one that register `base` points to. */
#define TC_RV_LW(to, n, base) \
  TC_RV_LOAD to ", " TC_RV_BYTES "*" n "(" base ")\n"
#define TC_RV_SW(from, n, base) \
  TC_RV_STORE from ", " TC_RV_BYTES "*" n "(" base ")\n"

/* Rounds down from here on; vectors imply zicsr, which gcc 12 does not know. */
#define TC_RVV_ROUND_DOWN    \
  "  .option push\n"         \
  "  .option arch, +zicsr\n" \
  "  csrwi  vxrm, 2\n"       \
  "  .option pop\n"

#endif

#endif /* TC_RVV_H_ */
