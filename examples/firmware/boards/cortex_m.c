/* SPDX-License-Identifier: Apache-2.0 */
/* Start-up of a Cortex-M: vector table, memory, floating point. */
#include <stdint.h>
#include <string.h>

#include "board.h"

/* Of cortex_m.ld. */
extern uint32_t stack_top[];
extern uint8_t data_start[], data_end[], data_in_flash[], bss_start[],
    bss_end[];

int main(void);

#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88u)

static void fault(void) {
  board_print("fault\n");
  board_exit(2);
}

void reset(void); /* the entry point of the linker script */

void reset(void) {
  memcpy(data_start, data_in_flash, (size_t)(data_end - data_start));
  memset(bss_start, 0, (size_t)(bss_end - bss_start));
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  SCB_CPACR |= 0xfu << 20; /* floating point and Helium are off at reset */
  __asm volatile("dsb\n isb" ::: "memory");
#endif
  board_init();
  board_exit(main());
}

typedef union {
  const void *stack;
  void (*handler)(void);
} vector;

/* The exceptions of the core; an interrupt of the board would follow them. */
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = stack_top}, {.handler = reset}, {.handler = fault}, /* NMI */
    {.handler = fault},                                     /* HardFault */
    {.handler = fault},                                     /* MemManage */
    {.handler = fault},                                     /* BusFault */
    {.handler = fault},                                     /* UsageFault */
    {.handler = fault},                                     /* SecureFault */
    {.stack = 0},         {.stack = 0},       {.stack = 0}, /* reserved */
    {.handler = fault},                                     /* SVCall */
    {.handler = fault},                                     /* DebugMonitor */
    {.stack = 0},                                           /* reserved */
    {.handler = fault},                                     /* PendSV */
    {.handler = fault},                                     /* SysTick */
};
