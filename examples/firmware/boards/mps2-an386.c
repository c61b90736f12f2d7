/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include "cmsdk.h"

#define UART0 ((cmsdk_uart *)0x40004000u)

void board_init(void) { cmsdk_init(UART0, 25000000u); }

void board_print(const char *text) { cmsdk_print(UART0, text); }

void board_exit(int code) {
  semihosting_exit(code);
  for (;;) {
  }
}
