/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the handwritten digits of examples/mnist and prints what it sees. */
#include "digits.h"

#include <stdint.h>

#include "board.h"
#include "mnist.h"

/* The digit 0..9 that the model sees, or the model's negative error. */
static int recognise(const uint8_t pixels[MNIST_IMAGE_SIZE]) {
  static float image[MNIST_IMAGE_SIZE];
  static float logits[MNIST_LOGITS_SIZE];
  for (uint32_t i = 0; i < MNIST_IMAGE_SIZE; ++i) {
    image[i] = (float)pixels[i] / 255.0f;
  }
  const int error = mnist_run(image, logits);
  if (error != 0) return error;
  int best = 0;
  for (int i = 1; i < (int)MNIST_LOGITS_SIZE; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}

/* Prints a number of one or two digits. */
static void print_number(int n) {
  char text[3] = {(char)('0' + n / 10), (char)('0' + n % 10), '\0'};
  board_print(n < 10 ? text + 1 : text);
}

int main(void) {
  int correct = 0;
  for (int i = 0; i < DIGIT_COUNT; ++i) {
    const int answer = recognise(digit_pixels[i]);
    if (answer < 0) {
      board_print("mnist_run fails\n");
      return 1;
    }
    board_print("a ");
    print_number(digit_labels[i]);
    board_print(" is read as ");
    print_number(answer);
    board_print("\n");
    correct += answer == digit_labels[i];
  }
  board_print("correct: ");
  print_number(correct);
  board_print(" of ");
  print_number(DIGIT_COUNT);
  board_print("\n");
  /* One of them, an 8, is taken for a 2 by onnxruntime as well. */
  return correct >= DIGIT_COUNT - 1 ? 0 : 1;
}
