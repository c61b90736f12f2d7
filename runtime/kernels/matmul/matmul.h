/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product of two tensors known only at run time, over broadcast batches:
 * y[...][rows][cols] = a[...][rows][inner] * b[...][inner][cols].
 */
#ifndef TC_MATMUL_H_
#define TC_MATMUL_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_walk.h"

typedef struct {
  int32_t rank; /* of the batch dimensions; may be 0 */
  int32_t batch[TC_MAX_RANK];
  int32_t a_stride[TC_MAX_RANK]; /* elements from matrix to matrix; 0 where */
  int32_t b_stride[TC_MAX_RANK]; /* the operand is broadcast */
  int32_t rows;
  int32_t inner;
  int32_t cols;
} tc_matmul_shape;

typedef struct {
  int32_t a_zero;
  int32_t b_zero;
  int32_t out_zero;
  int32_t mult;
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_matmul_quant;

typedef void tc_matmul_f32_fn(const tc_matmul_shape *s, const float *a,
                              const float *b, float *y);

/* tc_requant(sum of (a - a_zero) * (b - b_zero)) + out_zero, clamped. */
typedef void tc_matmul_s8_fn(const tc_matmul_shape *s, const tc_matmul_quant *q,
                             const int8_t *a, const int8_t *b, int8_t *y);

/* The same by tc_requant64. */
typedef void tc_matmul_s16_fn(const tc_matmul_shape *s,
                              const tc_matmul_quant *q, const int16_t *a,
                              const int16_t *b, int16_t *y);

/*
 * The product of plain numbers of type T, 4 columns at a time, summed in acc_t:
 * integers in an unsigned type, in which they wrap around.  Products are summed
 * in runs, and then the runs: the rounding errors of a long sum grow with the
 * length of the run instead of that of the sum.
 */
#define TC_MATMUL_RUN 64

#define TC_MATMUL_PROTO(symbol, T, acc_t) \
  void symbol(const tc_matmul_shape *s, const T *a, const T *b, T *y)

#define TC_MATMUL(symbol, T, acc_t)                                     \
  /* The products of a row of a and 4 columns of b. */                  \
  TC_INLINE void symbol##_columns(const tc_matmul_shape *s, const T *a, \
                                  const T *b, T *y) {                   \
    acc_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;                       \
    int32_t i, end;                                                     \
    for (i = 0; i < s->inner;) {                                        \
      acc_t run0 = 0, run1 = 0, run2 = 0, run3 = 0;                     \
      end = i + tc_min(TC_MATMUL_RUN, s->inner - i);                    \
      for (; i < end; ++i) {                                            \
        const acc_t v = (acc_t)a[i];                                    \
        run0 += v * (acc_t)b[0];                                        \
        run1 += v * (acc_t)b[1];                                        \
        run2 += v * (acc_t)b[2];                                        \
        run3 += v * (acc_t)b[3];                                        \
        b += s->cols;                                                   \
      }                                                                 \
      sum0 += run0;                                                     \
      sum1 += run1;                                                     \
      sum2 += run2;                                                     \
      sum3 += run3;                                                     \
    }                                                                   \
    y[0] = (T)sum0;                                                     \
    y[1] = (T)sum1;                                                     \
    y[2] = (T)sum2;                                                     \
    y[3] = (T)sum3;                                                     \
  }                                                                     \
                                                                        \
  /* The same for one column. */                                        \
  TC_INLINE T symbol##_column(const tc_matmul_shape *s, const T *a,     \
                              const T *b) {                             \
    acc_t sum = 0;                                                      \
    int32_t i, end;                                                     \
    for (i = 0; i < s->inner;) {                                        \
      acc_t run = 0;                                                    \
      end = i + tc_min(TC_MATMUL_RUN, s->inner - i);                    \
      for (; i < end; ++i) run += (acc_t)a[i] * (acc_t)b[i * s->cols];  \
      sum += run;                                                       \
    }                                                                   \
    return (T)sum;                                                      \
  }                                                                     \
                                                                        \
  TC_KERNEL TC_MATMUL_PROTO(symbol, T, acc_t) {                         \
    const int32_t batches = tc_count(s->rank, s->batch);                \
    tc_walk at;                                                         \
    int32_t n, r, c;                                                    \
    tc_walk_begin(&at, s->rank, 0, 0);                                  \
    for (n = 0; n < batches; ++n) {                                     \
      for (r = 0; r < s->rows; ++r) {                                   \
        const T *const ar = a + at.a + r * s->inner;                    \
        const T *const br = b + at.b;                                   \
        for (c = 0; c + 4 <= s->cols; c += 4) {                         \
          symbol##_columns(s, ar, br + c, y + c);                       \
        }                                                               \
        for (; c < s->cols; ++c) y[c] = symbol##_column(s, ar, br + c); \
        y += s->cols;                                                   \
      }                                                                 \
      tc_walk_next(&at, s->rank, s->batch, s->a_stride, s->b_stride);   \
    }                                                                   \
  }

#endif /* TC_MATMUL_H_ */
