/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data movement: transpose, slice, concatenate, reverse, broadcast, fill, pad.
 * Elements are known by their size only.  x and y do not overlap.
 */
#ifndef TC_COPY_H_
#define TC_COPY_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"
#include "tc_walk.h"

/* Strides and offsets are in elements; a stride may be negative or 0. */
typedef struct {
  int32_t rank; /* at least 1 */
  int32_t dims[TC_MAX_RANK];
  int32_t in_stride[TC_MAX_RANK];
  int32_t out_stride[TC_MAX_RANK];
  int32_t in_offset;
  int32_t out_offset;
} tc_copy_shape;

typedef struct {
  int32_t n; /* elements */
} tc_fill_shape;

typedef struct {
  int32_t rank; /* at least 1 */
  int32_t in_dims[TC_MAX_RANK];
  int32_t out_dims[TC_MAX_RANK];
  int32_t before[TC_MAX_RANK]; /* elements added in front; negative: removed */
  int32_t mode;                /* 0 edge, 1 reflect, 2 wrap */
} tc_pad_shape;

/* A plane with a stride is copied tile by tile, to be kind to caches. */
#define TC_COPY_TILE 16

#define TC_COPY_PROTO(symbol, T) \
  void symbol(const tc_copy_shape *s, const void *x, void *y)

#define TC_COPY(symbol, T)                                                    \
  /* The last two dimensions; of x and y, step is the last stride. */         \
  TC_INLINE void symbol##_plane(int32_t rows, int32_t cols, const T *x,       \
                                int32_t x_row, int32_t x_step, T *y,          \
                                int32_t y_row, int32_t y_step) {              \
    int32_t r;                                                                \
    int32_t c;                                                                \
    int32_t tile_r;                                                           \
    int32_t tile_c;                                                           \
    if (x_step == 1 && y_step == 1) {                                         \
      for (r = 0; r < rows; ++r) {                                            \
        memcpy(y + r * y_row, x + r * x_row, (size_t)cols * sizeof(T));       \
      }                                                                       \
      return;                                                                 \
    }                                                                         \
    for (tile_r = 0; tile_r < rows; tile_r += TC_COPY_TILE) {                 \
      const int32_t r_end = tc_min(tile_r + TC_COPY_TILE, rows);              \
      for (tile_c = 0; tile_c < cols; tile_c += TC_COPY_TILE) {               \
        const int32_t c_end = tc_min(tile_c + TC_COPY_TILE, cols);            \
        for (r = tile_r; r < r_end; ++r) {                                    \
          for (c = tile_c; c < c_end; ++c) {                                  \
            y[r * y_row + c * y_step] = x[r * x_row + c * x_step];            \
          }                                                                   \
        }                                                                     \
      }                                                                       \
    }                                                                         \
  }                                                                           \
                                                                              \
  TC_KERNEL TC_COPY_PROTO(symbol, T) {                                        \
    const int32_t last = s->rank - 1;                                         \
    const int32_t outer = tc_max(s->rank - 2, 0);                             \
    const int32_t planes = tc_count(outer, s->dims);                          \
    tc_walk at;                                                               \
    int32_t i;                                                                \
    tc_walk_begin(&at, outer, s->in_offset, s->out_offset);                   \
    for (i = 0; i < planes; ++i) {                                            \
      symbol##_plane(last > 0 ? s->dims[outer] : 1, s->dims[last],            \
                     (const T *)x + at.a, s->in_stride[outer],                \
                     s->in_stride[last], (T *)y + at.b, s->out_stride[outer], \
                     s->out_stride[last]);                                    \
      tc_walk_next(&at, outer, s->dims, s->in_stride, s->out_stride);         \
    }                                                                         \
  }

#define TC_FILL_PROTO(symbol, T) \
  void symbol(const tc_fill_shape *s, const void *value, void *y)

#define TC_FILL(symbol, T)             \
  TC_KERNEL TC_FILL_PROTO(symbol, T) { \
    const T v = *(const T *)value;     \
    int32_t i;                         \
    for (i = 0; i < s->n; ++i) {       \
      ((T *)y)[i] = v;                 \
    }                                  \
  }

/* Where in a dimension of n elements the padded position i comes from. */
TC_INLINE int32_t tc_pad_source(int32_t i, int32_t n, int32_t mode) {
  const int32_t period = mode == 1 ? tc_max(2 * (n - 1), 1) : n;
  int32_t k;
  if (mode == 0) return tc_max(0, tc_min(i, n - 1));
  k = i % period;
  if (k < 0) k += period;
  return mode == 1 && k >= n ? period - k : k;
}

/* The offset into x of the row, in the last dimension, that row r of y takes.
 */
TC_INLINE int32_t tc_pad_row(const tc_pad_shape *s, int32_t r) {
  int32_t stride = s->in_dims[s->rank - 1];
  int32_t offset = 0;
  int32_t d;
  for (d = s->rank - 2; d >= 0; --d) {
    const int32_t i = r % s->out_dims[d] - s->before[d];
    offset += tc_pad_source(i, s->in_dims[d], s->mode) * stride;
    stride *= s->in_dims[d];
    r /= s->out_dims[d];
  }
  return offset;
}

#define TC_PAD_PROTO(symbol, T) \
  void symbol(const tc_pad_shape *s, const void *x, void *y)

#define TC_PAD(symbol, T)                                          \
  TC_KERNEL TC_PAD_PROTO(symbol, T) {                              \
    const int32_t last = s->rank - 1;                              \
    const int32_t rows = tc_count(last, s->out_dims);              \
    const int32_t n = s->in_dims[last];                            \
    const int32_t out_n = s->out_dims[last];                       \
    const int32_t before = s->before[last];                        \
    /* The positions of a row that are copies of the row below. */ \
    const int32_t first = tc_min(tc_max(before, 0), out_n);        \
    const int32_t end = tc_max(tc_min(before + n, out_n), first);  \
    T *to = (T *)y;                                                \
    int32_t r;                                                     \
    int32_t i;                                                     \
    for (r = 0; r < rows; ++r) {                                   \
      const T *from = (const T *)x + tc_pad_row(s, r);             \
      for (i = 0; i < first; ++i) {                                \
        to[i] = from[tc_pad_source(i - before, n, s->mode)];       \
      }                                                            \
      if (end > first) {                                           \
        memcpy(to + first, from + (first - before),                \
               (size_t)(end - first) * sizeof(T));                 \
      }                                                            \
      for (i = end; i < out_n; ++i) {                              \
        to[i] = from[tc_pad_source(i - before, n, s->mode)];       \
      }                                                            \
      to += out_n;                                                 \
    }                                                              \
  }

#endif /* TC_COPY_H_ */
