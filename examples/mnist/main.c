/* SPDX-License-Identifier: Apache-2.0 */
/* Recognises the digits of digits.h with a model that tinyc has compiled to
 * mnist.c. The float and the int8 model share this file, since both take and
 * give floats. On a board, the pixels come from a camera and printf goes to a
 * serial port; nothing else changes. */
#include <stdint.h>
#include <stdio.h>

#include "digits.h"
#include "mnist.h"

enum { DIGITS_PER_STRIP = 4, CELL_WIDTH = 2, CELL_HEIGHT = 4 };

/* Returns the digit 0..9 that the model sees, or the model's negative error. */
static int recognise(const uint8_t pixels[MNIST_IMAGE_SIZE]) {
  static float image[MNIST_IMAGE_SIZE];
  float logits[MNIST_LOGITS_SIZE];
  for (uint32_t i = 0; i < MNIST_IMAGE_SIZE; ++i) image[i] = pixels[i] / 255.0f;
  const int error = mnist_run(image, logits);
  if (error != 0) return error;
  int best = 0;
  for (int i = 1; i < (int)MNIST_LOGITS_SIZE; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}

/* Prints one line of a picture, one character for 2x4 pixels. */
static void print_line(const uint8_t *pixels, int top) {
  static const char shades[] = " .:-=+*#%@";
  for (int left = 0; left < DIGIT_SIDE; left += CELL_WIDTH) {
    int sum = 0;
    for (int i = 0; i < CELL_WIDTH * CELL_HEIGHT; ++i) {
      sum +=
          pixels[(top + i / CELL_WIDTH) * DIGIT_SIDE + left + i % CELL_WIDTH];
    }
    putchar(shades[sum * 9 / (255 * CELL_WIDTH * CELL_HEIGHT)]);
  }
}

int main(void) {
  int answers[DIGIT_COUNT];
  int correct = 0;
  for (int i = 0; i < DIGIT_COUNT; ++i) {
    answers[i] = recognise(digit_pixels[i]);
    if (answers[i] < 0) {
      fprintf(stderr, "error: mnist_run returned %d\n", answers[i]);
      return 1;
    }
    correct += answers[i] == digit_labels[i];
  }
  for (int first = 0; first < DIGIT_COUNT; first += DIGITS_PER_STRIP) {
    for (int top = 0; top < DIGIT_SIDE; top += CELL_HEIGHT) {
      for (int i = first; i < first + DIGITS_PER_STRIP; ++i) {
        print_line(digit_pixels[i], top);
        /* The answer stands beside the middle of its picture. */
        if (top == DIGIT_SIDE / 2 - CELL_HEIGHT / 2) {
          printf("= %d%c ", answers[i],
                 answers[i] == digit_labels[i] ? ' ' : '!');
        } else {
          printf("     ");
        }
      }
      putchar('\n');
    }
  }
  printf("correct: %d of %d\n", correct, DIGIT_COUNT);
  printf("arena: %lu bytes\n", (unsigned long)MNIST_ARENA_SIZE);
  return 0;
}
