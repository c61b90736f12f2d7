/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subtracts the mean of some dimensions of a tensor and divides by their
 * standard deviation.  x is walked by strides, the kept dimensions and the
 * normalized ones apart; y lies as x does.
 */
#ifndef TC_NORMALIZE_H_
#define TC_NORMALIZE_H_

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "tc_kernel.h"
#include "tc_walk.h"

typedef struct {
  int32_t out_rank; /* of the kept dimensions; may be 0 */
  int32_t out_dims[TC_MAX_RANK];
  int32_t out_stride[TC_MAX_RANK]; /* into x */
  int32_t out_scale[TC_MAX_RANK];  /* into scale and bias */
  int32_t red_rank;                /* of the normalized ones; at least 1 */
  int32_t red_dims[TC_MAX_RANK];
  int32_t red_stride[TC_MAX_RANK];
  int32_t red_scale[TC_MAX_RANK];
  int32_t centered; /* 0: the mean is taken to be 0 */
  float epsilon;    /* added to the variance */
} tc_normalize_shape;

/*
 * y = (x - mean) / sqrt(variance + epsilon) * scale + bias, where a null scale
 * is 1 and a null bias 0.
 *
 * The sums have the type of the elements.  What the first pass rounds off the
 * mean shows in the second as the mean of x - mean, and is put right there, in
 * the mean and in the variance.
 */
#define TC_NORMALIZE_PROTO(symbol, T, sqrt)                            \
  void symbol(const tc_normalize_shape *s, const T *x, const T *scale, \
              const T *bias, T *y)

#define TC_NORMALIZE(symbol, T, sqrt)                                      \
  typedef struct {                                                         \
    T mean;                                                                \
    T square; /* mean of the squares */                                    \
  } symbol##_moments;                                                      \
                                                                           \
  /* The moments of x - center. */                                         \
  TC_INLINE symbol##_moments symbol##_around(const tc_normalize_shape *s,  \
                                             const T *x, T center) {       \
    const int32_t last = s->red_rank - 1;                                  \
    const int32_t width = s->red_dims[last];                               \
    const int32_t lines = tc_count(last, s->red_dims);                     \
    symbol##_moments m;                                                    \
    tc_walk line;                                                          \
    int32_t r;                                                             \
    m.mean = 0;                                                            \
    m.square = 0;                                                          \
    tc_walk_begin(&line, last, 0, 0);                                      \
    for (r = 0; r < lines; ++r) {                                          \
      T sum = 0;                                                           \
      T square = 0;                                                        \
      int32_t i;                                                           \
      for (i = 0; i < width; ++i) {                                        \
        const T d = x[line.a + i * s->red_stride[last]] - center;          \
        sum += d;                                                          \
        square += d * d;                                                   \
      }                                                                    \
      m.mean += sum;                                                       \
      m.square += square;                                                  \
      tc_walk_next(&line, last, s->red_dims, s->red_stride, s->red_scale); \
    }                                                                      \
    m.mean /= (T)(lines * width);                                          \
    m.square /= (T)(lines * width);                                        \
    return m;                                                              \
  }                                                                        \
                                                                           \
  /* y = (x - mean) * factor * scale + bias. */                            \
  TC_INLINE void symbol##_apply(const tc_normalize_shape *s, const T *x,   \
                                const T *scale, const T *bias, T mean,     \
                                T factor, T *y) {                          \
    const int32_t last = s->red_rank - 1;                                  \
    const int32_t lines = tc_count(last, s->red_dims);                     \
    tc_walk line;                                                          \
    int32_t r;                                                             \
    tc_walk_begin(&line, last, 0, 0);                                      \
    for (r = 0; r < lines; ++r) {                                          \
      int32_t i;                                                           \
      for (i = 0; i < s->red_dims[last]; ++i) {                            \
        const int32_t at = line.a + i * s->red_stride[last];               \
        const int32_t k = line.b + i * s->red_scale[last];                 \
        T v = (x[at] - mean) * factor;                                     \
        if (scale != NULL) v *= scale[k];                                  \
        if (bias != NULL) v += bias[k];                                    \
        y[at] = v;                                                         \
      }                                                                    \
      tc_walk_next(&line, last, s->red_dims, s->red_stride, s->red_scale); \
    }                                                                      \
  }                                                                        \
                                                                           \
  TC_KERNEL TC_NORMALIZE_PROTO(symbol, T, sqrt) {                          \
    const int32_t rows = tc_count(s->out_rank, s->out_dims);               \
    tc_walk row;                                                           \
    int32_t o;                                                             \
    tc_walk_begin(&row, s->out_rank, 0, 0);                                \
    for (o = 0; o < rows; ++o) {                                           \
      T mean = 0;                                                          \
      T variance;                                                          \
      symbol##_moments m;                                                  \
      if (s->centered != 0) mean = symbol##_around(s, x + row.a, 0).mean;  \
      m = symbol##_around(s, x + row.a, mean);                             \
      variance = m.square;                                                 \
      if (s->centered != 0) {                                              \
        mean += m.mean;                                                    \
        variance -= m.mean * m.mean;                                       \
        if (variance < 0) variance = 0;                                    \
      }                                                                    \
      symbol##_apply(s, x + row.a, scale == NULL ? NULL : scale + row.b,   \
                     bias == NULL ? NULL : bias + row.b, mean,             \
                     1 / sqrt(variance + (T)s->epsilon), y + row.a);       \
      tc_walk_next(&row, s->out_rank, s->out_dims, s->out_stride,          \
                   s->out_scale);                                          \
    }                                                                      \
  }

#endif /* TC_NORMALIZE_H_ */
