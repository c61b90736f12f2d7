/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs need of a board. */
#ifndef FIRMWARE_BOARD_H_
#define FIRMWARE_BOARD_H_

/* Called by the start-up code, before main. */
void board_init(void);

/* Writes text to the serial port. */
void board_print(const char *text);

/* Called when main has returned, or with 2 after a fault: ends the emulator
 * with that exit code. A real part waits for ever. */
void board_exit(int code);

#endif /* FIRMWARE_BOARD_H_ */
