/* SPDX-License-Identifier: Apache-2.0 */
/* The serial port of Arm's MPS boards, and the way out of the emulator. */
#ifndef FIRMWARE_CMSDK_H_
#define FIRMWARE_CMSDK_H_

#include <stdint.h>

typedef struct {
  volatile uint32_t data, state, ctrl, status, bauddiv;
} cmsdk_uart;

static inline void cmsdk_init(cmsdk_uart *uart, uint32_t clock_hz) {
  uart->bauddiv = clock_hz / 115200u;
  uart->ctrl = 1u; /* transmitter on */
}

static inline void cmsdk_print(cmsdk_uart *uart, const char *text) {
  for (; *text != '\0'; ++text) {
    while ((uart->state & 1u) != 0) {
    } /* the buffer is full */
    uart->data = (uint8_t)*text;
  }
}

/* Semihosting's SYS_EXIT_EXTENDED. Without a debugger it would be a fault. */
static inline void semihosting_exit(int code) {
  const uint32_t block[2] = {0x20026u, (uint32_t)code};
  register uint32_t r0 __asm("r0") = 0x20u;
  register const uint32_t *r1 __asm("r1") = block;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

#endif /* FIRMWARE_CMSDK_H_ */
