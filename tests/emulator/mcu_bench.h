/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring inside the emulator: executed instructions and stack high-water
 * mark.
 *
 * QEMU runs with -icount, so its virtual clock advances a fixed time per
 * executed instruction; a board timer read as ticks is therefore an exact
 * instruction counter. run.sh passes the shift that the numbers below assume
 * (ARM: shift=7, 128 ns per instruction; RISC-V: shift=0, minstret).
 * Every ARM timer used here gets more than 2 ticks per instruction, so
 * rounding the ticks gives the exact count (no +-1 jitter).
 */
#ifndef TINYC_TESTS_EMULATOR_MCU_BENCH_H_
#define TINYC_TESTS_EMULATOR_MCU_BENCH_H_
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Instructions executed since start-up, plus a constant. Call it at least once
 * per 10^9 instructions on ARM (32-bit timers are extended in software). */
uint64_t mcu_insn_now(void);

typedef struct {
  uint64_t insn;  /* instructions executed inside fn, its return not counted */
  uint32_t stack; /* bytes of stack fn used, callees included */
} mcu_cost;

/* Runs fn(arg) once and returns its exact cost: the cost of the measuring
 * itself is calibrated at start-up with an empty function and subtracted. */
mcu_cost mcu_measure(void (*fn)(void *), void *arg);

/* Stack high-water mark in bytes since start-up (whole program). */
uint32_t mcu_stack_peak(void);

/* Start-up hooks, called before main. */
void mcu_insn_init(void);
void mcu_stack_paint(void);

#ifdef __cplusplus
}
#endif
#endif
