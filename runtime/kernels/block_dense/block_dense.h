/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fully connected layer of floats whose weights are stored as unsigned integers
 * of 4 or 8 bits, in blocks along the inputs that share a scale and zero point:
 *
 *   y[r][o] = bias[o] + sum over blocks b of scale[o][b] *
 *             sum over i in b of (w[o][i] - zero[o][b]) * x[r][i]
 *
 * A row of weights is blocks * block elements long, of which the first `in`
 * count; of 4 bits, two share a byte, the first one in the low half.
 */
#ifndef TC_BLOCK_DENSE_H_
#define TC_BLOCK_DENSE_H_

#include <stdint.h>

#include "tc_kernel.h"

typedef struct {
  int32_t rows; /* of x */
  int32_t in;
  int32_t out;
  int32_t blocks; /* in a row of weights */
  int32_t block;  /* elements, an even number when they have 4 bits */
  int32_t zero;   /* the zero point of all blocks when there is no `zero` */
} tc_block_dense_shape;

TC_INLINE int32_t tc_block_dense_weight(const uint8_t *w, int32_t i,
                                        const int32_t bits) {
  if (bits == 8) return w[i];
  return (i & 1) != 0 ? w[i >> 1] >> 4 : w[i >> 1] & 15;
}

/* bias, zero: null for none. */
#define TC_BLOCK_DENSE_PROTO(symbol, bits)                                     \
  void symbol(const tc_block_dense_shape *s, const float *x, const uint8_t *w, \
              const float *scale, const uint8_t *zero, const float *bias,      \
              float *y)

#define TC_BLOCK_DENSE(symbol, bits)                                        \
  TC_KERNEL TC_BLOCK_DENSE_PROTO(symbol, bits) {                            \
    int32_t r, o, b, i;                                                     \
    for (r = 0; r < s->rows; ++r) {                                         \
      const uint8_t *wb = w;                                                \
      for (o = 0; o < s->out; ++o) {                                        \
        float acc = bias == NULL ? 0.0f : bias[o];                          \
        for (b = 0; b < s->blocks; ++b) {                                   \
          const int32_t at = o * s->blocks + b;                             \
          const int32_t z = zero == NULL ? s->zero : zero[at];              \
          const float *const xb = x + b * s->block;                         \
          const int32_t n = tc_min(s->block, s->in - b * s->block);         \
          float sum = 0.0f;                                                 \
          for (i = 0; i < n; ++i) {                                         \
            sum += (float)(tc_block_dense_weight(wb, i, bits) - z) * xb[i]; \
          }                                                                 \
          acc += scale[at] * sum;                                           \
          wb += s->block * bits / 8;                                        \
        }                                                                   \
        y[o] = acc;                                                         \
      }                                                                     \
      x += s->in;                                                           \
      y += s->out;                                                          \
    }                                                                       \
  }

#endif /* TC_BLOCK_DENSE_H_ */
