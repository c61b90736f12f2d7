/* SPDX-License-Identifier: Apache-2.0 */
/* Cortex-M start-up: vector table, reset, faults.
 *
 * Needs from the linker script (cortex-m.ld): __stack_top, __data_load,
 * __data_start, __data_end, __bss_start, __bss_end.
 */
#include <stdint.h>

#include "mcu_bench.h"

extern uint32_t __stack_top[];
extern uint32_t __data_load[], __data_start[], __data_end[];
extern uint32_t __bss_start[], __bss_end[];

int main(void);
void mcu_exit(int status) __attribute__((noreturn));
void mcu_puts_raw(const char *s);
void reset_handler(void) __attribute__((noreturn));

#define REG32(a) (*(volatile uint32_t *)(a))
#define SCB_VTOR REG32(0xE000ED08u)
#define SCB_CCR REG32(0xE000ED14u)
#define SCB_CFSR REG32(0xE000ED28u)
#define SCB_CPACR REG32(0xE000ED88u)

static void put_hex(uint32_t v) {
  char s[11] = "0x";
  for (int i = 0; i < 8; i++)
    s[2 + i] = "0123456789abcdef"[(v >> (28 - 4 * i)) & 15u];
  s[10] = 0;
  mcu_puts_raw(s);
}

/* Every fault and unexpected exception ends the run with status 128+number. */
__attribute__((noreturn, used)) static void fault_report(
    const uint32_t *frame) {
  uint32_t ipsr;
  __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
  mcu_puts_raw("\n*** exception ");
  put_hex(ipsr & 0x1ffu);
  mcu_puts_raw(" pc ");
  put_hex(frame[6]);
  mcu_puts_raw(" lr ");
  put_hex(frame[5]);
#if __ARM_ARCH_PROFILE == 'M' && __ARM_ARCH > 6 && !defined(__ARM_ARCH_6M__)
  mcu_puts_raw(" cfsr ");
  put_hex(SCB_CFSR);
#endif
  mcu_puts_raw("\n");
  mcu_exit(128 + (int)(ipsr & 0x1ffu));
}

__attribute__((naked, noreturn)) static void fault_handler(void) {
  __asm volatile("mov r0, sp\n b fault_report");
}

__attribute__((section(".vectors"),
               used)) static const void *const vectors[16] = {
    __stack_top,
    (const void *)reset_handler,
    (const void *)fault_handler,
    (const void *)fault_handler,
    (const void *)fault_handler,
    (const void *)fault_handler,
    (const void *)fault_handler,
    (const void *)fault_handler,
    0,
    0,
    0,
    (const void *)fault_handler,
    (const void *)fault_handler,
    0,
    (const void *)fault_handler,
    (const void *)fault_handler};

void reset_handler(void) {
#if defined(__ARM_FP) || (defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE)
  SCB_CPACR |= 0xfu << 20; /* CP10+CP11: FPU and MVE */
  __asm volatile("dsb\n isb" ::: "memory");
#endif
#if defined(MCU_TRAP_UNALIGNED)
  SCB_CCR |= 1u << 3; /* UNALIGN_TRP: make an M3 as strict as an M0 */
#endif
  const uint32_t *src = __data_load;
  for (uint32_t *p = __data_start; p < __data_end; p++) *p = *src++;
  for (uint32_t *p = __bss_start; p < __bss_end; p++) *p = 0;
  mcu_stack_paint();
  mcu_insn_init();
  mcu_exit(main());
}
