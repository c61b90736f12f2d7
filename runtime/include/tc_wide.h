/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner product of the *_wide kernels: a block of output channels, in
 * vectors, by a few pixels, all of whose sums stay in registers.  Every sum is
 * taken one product after the other, in the order of the weights.
 *
 * Vectors are those of GNU C, as long as the target has them; elsewhere a
 * vector is one float.
 */
#ifndef TC_WIDE_H_
#define TC_WIDE_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

#if defined(__GNUC__) && defined(__AVX512F__)
#define TC_WIDE_LANES 16
#elif defined(__GNUC__) && defined(__AVX__)
#define TC_WIDE_LANES 8
#elif defined(__GNUC__)
#define TC_WIDE_LANES 4
#else
#define TC_WIDE_LANES 1
#endif

#if TC_WIDE_LANES > 1
#define TC_WIDE_FOUR_LANES 4
typedef float tc_wide __attribute__((vector_size(TC_WIDE_LANES * 4)));
typedef float tc_wide_four __attribute__((vector_size(16)));
#else
#define TC_WIDE_FOUR_LANES 1
typedef float tc_wide;
typedef float tc_wide_four;
#endif

/* The tile of sums: up to 6 pixels of up to 2 vectors of channels. */
#define TC_WIDE_PIXELS 6
#define TC_WIDE_COLS (2 * TC_WIDE_LANES)

typedef struct {
  float sum[TC_WIDE_PIXELS][TC_WIDE_COLS];
} tc_wide_tile;

/*
 * sum[p][c] += sum over k < n of x[p * x_step + k] * w[k * w_step + c].
 * Inlined for every literal `pixels` and `vectors`, so that acc is registers.
 */
TC_INLINE void tc_wide_mac_of(float (*sum)[TC_WIDE_COLS], const float *x,
                              int32_t x_step, const float *w, int32_t w_step,
                              int32_t n, const int32_t pixels,
                              const int32_t vectors) {
  tc_wide acc[TC_WIDE_PIXELS][2];
  int32_t p;
  int32_t v;
  int32_t k;
  for (p = 0; p < pixels; ++p) {
    for (v = 0; v < vectors; ++v) {
      memcpy(&acc[p][v], &sum[p][v * TC_WIDE_LANES], sizeof(tc_wide));
    }
  }
  for (k = 0; k < n; ++k) {
    tc_wide weight[2];
    for (v = 0; v < vectors; ++v) {
      memcpy(&weight[v], w + v * TC_WIDE_LANES, sizeof(tc_wide));
    }
    for (p = 0; p < pixels; ++p) {
      const float a = x[p * x_step + k];
      for (v = 0; v < vectors; ++v) acc[p][v] += a * weight[v];
    }
    w += w_step;
  }
  for (p = 0; p < pixels; ++p) {
    for (v = 0; v < vectors; ++v) {
      memcpy(&sum[p][v * TC_WIDE_LANES], &acc[p][v], sizeof(tc_wide));
    }
  }
}

/* The same for 1 .. 6 pixels and 1 or 2 vectors; reads whole vectors of w. */
TC_NOINLINE static void tc_wide_mac_vectors(float (*sum)[TC_WIDE_COLS],
                                            int32_t pixels, int32_t vectors,
                                            const float *x, int32_t x_step,
                                            const float *w, int32_t w_step,
                                            int32_t n) {
#define TC_WIDE_CASE(pixels, vectors)                                  \
  case (pixels)*2 + (vectors):                                         \
    tc_wide_mac_of(sum, x, x_step, w, w_step, n, (pixels), (vectors)); \
    break;
  switch (pixels * 2 + vectors) {
    TC_WIDE_CASE(1, 1)
    TC_WIDE_CASE(1, 2)
    TC_WIDE_CASE(2, 1)
    TC_WIDE_CASE(2, 2)
    TC_WIDE_CASE(3, 1)
    TC_WIDE_CASE(3, 2)
    TC_WIDE_CASE(4, 1)
    TC_WIDE_CASE(4, 2)
    TC_WIDE_CASE(5, 1)
    TC_WIDE_CASE(5, 2)
    TC_WIDE_CASE(6, 1)
    TC_WIDE_CASE(6, 2)
    default:
      break;
  }
#undef TC_WIDE_CASE
}

/*
 * The same for any number of columns up to TC_WIDE_COLS.  Where vectors reach
 * beyond the columns they read what follows, and those sums mean nothing; rows
 * of w whose vectors would reach beyond w_end are copied first.
 */
TC_INLINE void tc_wide_mac(float (*sum)[TC_WIDE_COLS], int32_t pixels,
                           int32_t cols, const float *x, int32_t x_step,
                           const float *w, int32_t w_step, int32_t n,
                           const float *w_end) {
  const int32_t vectors = cols > TC_WIDE_LANES ? 2 : 1;
  const ptrdiff_t spare = w_end - w - vectors * TC_WIDE_LANES;
  int32_t direct = n;
  int32_t k;
  if (spare < (ptrdiff_t)(n - 1) * w_step) {
    direct = spare < 0 ? 0 : (int32_t)(spare / w_step) + 1;
  }
  tc_wide_mac_vectors(sum, pixels, vectors, x, x_step, w, w_step, direct);
  for (k = direct; k < n; ++k) {
    float row[TC_WIDE_COLS] = {0};
    int32_t c;
    for (c = 0; c < cols; ++c) row[c] = w[k * w_step + c];
    tc_wide_mac_vectors(sum, pixels, vectors, x + k, x_step, row, 0, 1);
  }
}

/* Copies a few floats, in steps of constant size: no call of memcpy. */
TC_INLINE void tc_wide_copy(float *to, const float *from, int32_t n) {
  int32_t i = 0;
  for (; i + TC_WIDE_LANES <= n; i += TC_WIDE_LANES) {
    memcpy(to + i, from + i, sizeof(tc_wide));
  }
  for (; i + TC_WIDE_FOUR_LANES <= n; i += TC_WIDE_FOUR_LANES) {
    memcpy(to + i, from + i, sizeof(tc_wide_four));
  }
  for (; i < n; ++i) to[i] = from[i];
}

/* Starts the sums of some pixels at the biases of their channels. */
TC_INLINE void tc_wide_begin(tc_wide_tile *tile, int32_t pixels, int32_t cols,
                             const float *bias) {
  float start[TC_WIDE_COLS] = {0};
  int32_t p;
  tc_wide_copy(start, bias, cols);
  for (p = 0; p < pixels; ++p) memcpy(tile->sum[p], start, sizeof(start));
}

/* Stores the activated sums; the pixels of y are y_step apart. */
TC_INLINE void tc_wide_end(tc_wide_tile *tile, int32_t pixels, int32_t cols,
                           const tc_act_f32 *act, float *y, int32_t y_step) {
  const float lo = act->lo;
  const float hi = act->hi;
  int32_t p;
  int32_t c;
  for (p = 0; p < pixels; ++p) {
    float *const sum = tile->sum[p];
    /* All columns, wanted or not, since that is a loop of whole vectors. */
    for (c = 0; c < TC_WIDE_COLS; ++c) {
      const float v = sum[c] < lo ? lo : sum[c];
      sum[c] = v > hi ? hi : v;
    }
    tc_wide_copy(y, sum, cols);
    y += y_step;
  }
}

/* How many of `left` pixels to take at once: all tiles of a row nearly equal.
 */
TC_INLINE int32_t tc_wide_pixels(int32_t left) {
  const int32_t tiles = (left + TC_WIDE_PIXELS - 1) / TC_WIDE_PIXELS;
  return (left + tiles - 1) / tiles;
}

#endif /* TC_WIDE_H_ */
