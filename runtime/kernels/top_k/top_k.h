/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The positions of the k greatest or least elements along one axis of
 * [outer][n][inner], in order; of equal ones the first comes first.  y is
 * [outer][k][inner].
 */
#ifndef TC_TOP_K_H_
#define TC_TOP_K_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t n;
  int32_t inner;
  int32_t k; /* at most n */
} tc_top_k_shape;

#define TC_TOP_K_PROTO(symbol, T, beats) \
  void symbol(const tc_top_k_shape *s, const T *x, int64_t *y)

/* `beats` is > for the greatest, < for the least. */
#define TC_TOP_K(symbol, T, beats)                                      \
  TC_KERNEL TC_TOP_K_PROTO(symbol, T, beats) {                          \
    const int32_t step = s->inner;                                      \
    int32_t o;                                                          \
    int32_t i;                                                          \
    int32_t j;                                                          \
    for (o = 0; o < s->outer; ++o) {                                    \
      for (i = 0; i < step; ++i) {                                      \
        const T *line = x + o * s->n * step + i;                        \
        int64_t *best = y + o * s->k * step + i; /* so far */           \
        for (j = 0; j < s->n; ++j) {                                    \
          const T v = line[j * step];                                   \
          int32_t at = tc_min(j, s->k);                                 \
          while (at > 0 &&                                              \
                 v beats line[(int32_t)best[(at - 1) * step] * step]) { \
            if (at < s->k) best[at * step] = best[(at - 1) * step];     \
            --at;                                                       \
          }                                                             \
          if (at < s->k) best[at * step] = j;                           \
        }                                                               \
      }                                                                 \
    }                                                                   \
  }

#endif /* TC_TOP_K_H_ */
