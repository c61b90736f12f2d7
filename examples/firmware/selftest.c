/* SPDX-License-Identifier: Apache-2.0 */
/* Compares every layer of the model with the reference, on the device. */
#include "board.h"
#include "mnist.h"

static void print(const char *line) {
  board_print(line);
  board_print("\n");
}

int main(void) { return mnist_selftest(print) == 0 ? 0 : 1; }
