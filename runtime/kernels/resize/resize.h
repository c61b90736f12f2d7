/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resizing of the two dimensions h and w of [outer][h][w][inner], by tables.
 */
#ifndef TC_RESIZE_H_
#define TC_RESIZE_H_

#include <stdint.h>
#include <string.h>

#include "tc_fixed.h"
#include "tc_kernel.h"

typedef struct {
  int32_t outer;
  int32_t in_h, in_w;
  int32_t out_h, out_w;
  int32_t inner; /* bytes */
} tc_resize_nearest_shape;

/* y[n][i][j] = x[n][rows[i]][columns[j]] */
typedef void tc_resize_nearest_fn(const tc_resize_nearest_shape *s,
                                  const void *x, const int32_t *rows,
                                  const int32_t *columns, void *y);

typedef struct {
  int32_t outer;
  int32_t in_h, in_w;
  int32_t out_h, out_w;
  int32_t inner;                 /* elements */
  int32_t row_taps, column_taps; /* of each output */
} tc_resize_weighted_shape;

/* The result where no element is read, floats only. */
typedef struct {
  float value;
} tc_resize_outside;

typedef struct {
  int32_t in_zero;
  int32_t out_zero;
  int32_t mult; /* of the sum, as tc_requant takes them */
  int32_t shift;
  int32_t lo;
  int32_t hi;
} tc_resize_quant;

/*
 * The body of a kernel.  First weighs the rows of an output row into `line`, in
 * [in_w][inner] numbers acc_t, then their columns:
 *
 *   y[n][i][j] = result of sum over k, l of
 *     row_weights[i][k] * column_weights[j][l] * x[n][rows[i] + k]
 *                                                 [columns[j] + l]
 *
 * `value` is an expression of the element a.  Where rows[i] or columns[j] is
 * negative the sum is `outside`.
 */
#define TC_RESIZE_WEIGHTED_BODY(T, acc_t, value, outside, result) \
  const int32_t width = s->in_w * s->inner;                       \
  int32_t n, i, j, k, e;                                          \
  for (n = 0; n < s->outer; ++n) {                                \
    for (i = 0; i < s->out_h; ++i) {                              \
      const int32_t row_taps = rows[i] < 0 ? 0 : s->row_taps;     \
      for (e = 0; e < width; ++e) {                               \
        acc_t acc = 0;                                            \
        for (k = 0; k < row_taps; ++k) {                          \
          const T a = x[(rows[i] + k) * width + e];               \
          acc += (value)*row_weights[i * s->row_taps + k];        \
        }                                                         \
        line[e] = acc;                                            \
      }                                                           \
      for (j = 0; j < s->out_w; ++j) {                            \
        const int32_t inside = rows[i] >= 0 && columns[j] >= 0;   \
        const int32_t column_taps = inside ? s->column_taps : 0;  \
        for (e = 0; e < s->inner; ++e) {                          \
          acc_t acc = inside ? 0 : (outside);                     \
          for (k = 0; k < column_taps; ++k) {                     \
            acc += line[(columns[j] + k) * s->inner + e] *        \
                   column_weights[j * s->column_taps + k];        \
          }                                                       \
          *y++ = (T)(result);                                     \
        }                                                         \
      }                                                           \
    }                                                             \
    x += s->in_h * width;                                         \
  }

#define TC_RESIZE_WEIGHTED_PROTO(symbol, T)                 \
  void symbol(const tc_resize_weighted_shape *s,            \
              const tc_resize_outside *outside, const T *x, \
              const int32_t *rows, const T *row_weights,    \
              const int32_t *columns, const T *column_weights, T *line, T *y)

#define TC_RESIZE_WEIGHTED(symbol, T)                        \
  TC_KERNEL TC_RESIZE_WEIGHTED_PROTO(symbol, T) {            \
    TC_RESIZE_WEIGHTED_BODY(T, T, a, (T)outside->value, acc) \
  }

/* Weights are in steps of 2^-10; line and sums are of x - in_zero. */
#define TC_RESIZE_WEIGHTED_QUANT_PROTO(symbol, T)                          \
  void symbol(const tc_resize_weighted_shape *s, const tc_resize_quant *q, \
              const T *x, const int32_t *rows, const int16_t *row_weights, \
              const int32_t *columns, const int16_t *column_weights,       \
              int32_t *line, T *y)

#define TC_RESIZE_WEIGHTED_QUANT(symbol, T)                              \
  TC_KERNEL TC_RESIZE_WEIGHTED_QUANT_PROTO(symbol, T) {                  \
    TC_RESIZE_WEIGHTED_BODY(                                             \
        T, int32_t, a - q->in_zero, 0,                                   \
        tc_clamp_offset(tc_requant(acc, q->mult, q->shift), q->out_zero, \
                        q->lo, q->hi))                                   \
  }

#endif /* TC_RESIZE_H_ */
