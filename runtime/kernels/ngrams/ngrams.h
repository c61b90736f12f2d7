/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often each of a list of n-grams occurs in a row of numbers.
 */
#ifndef TC_NGRAMS_H_
#define TC_NGRAMS_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t rows;
  int32_t cols;
  int32_t grams;
  int32_t size;     /* of a row of y */
  int32_t max_skip; /* numbers left out between those of an n-gram, at most */
} tc_ngrams_shape;

/* `grams`: for each n-gram its length, its column in y and its numbers. */
#define TC_NGRAMS_PROTO(symbol, I)                                        \
  void symbol(const tc_ngrams_shape *s, const I *x, const int64_t *grams, \
              float *y)

#define TC_NGRAMS(symbol, I)                                                 \
  /* Occurrences with `step` from one number to the next. */                 \
  TC_INLINE int32_t symbol##_count(int32_t cols, const I *x, int32_t step,   \
                                   int32_t length, const int64_t *numbers) { \
    int32_t count = 0;                                                       \
    int32_t first;                                                           \
    for (first = 0; first + (length - 1) * step < cols; ++first) {           \
      int32_t k = 0;                                                         \
      while (k < length && x[first + k * step] == numbers[k]) ++k;           \
      if (k == length) ++count;                                              \
    }                                                                        \
    return count;                                                            \
  }                                                                          \
                                                                             \
  TC_KERNEL TC_NGRAMS_PROTO(symbol, I) {                                     \
    int32_t r;                                                               \
    int32_t g;                                                               \
    int32_t step;                                                            \
    for (r = 0; r < s->rows; ++r) {                                          \
      const int64_t *gram = grams;                                           \
      for (g = 0; g < s->size; ++g) y[g] = 0;                                \
      for (g = 0; g < s->grams; ++g) {                                       \
        const int32_t length = (int32_t)gram[0];                             \
        /* A single number has nothing to leave out. */                      \
        const int32_t steps = length == 1 ? 1 : s->max_skip + 1;             \
        int32_t count = 0;                                                   \
        for (step = 1; step <= steps; ++step) {                              \
          count += symbol##_count(s->cols, x, step, length, gram + 2);       \
        }                                                                    \
        y[gram[1]] += (float)count;                                          \
        gram += 2 + length;                                                  \
      }                                                                      \
      x += s->cols;                                                          \
      y += s->size;                                                          \
    }                                                                        \
  }

#endif /* TC_NGRAMS_H_ */
