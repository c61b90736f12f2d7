/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Determinants of square matrices, by elimination with the greatest element of
 * each column as its pivot.
 */
#ifndef TC_DET_H_
#define TC_DET_H_

#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

typedef struct {
  int32_t batch;
  int32_t n; /* rows and columns */
} tc_det_shape;

/* x: [batch][n][n]; scratch: n * n elements; y: [batch]. */
#define TC_DET_PROTO(symbol, T) \
  void symbol(const tc_det_shape *s, const T *x, T *scratch, T *y)

#define TC_DET(symbol, T)                                                    \
  TC_INLINE T symbol##_abs(T v) { return v < 0 ? -v : v; }                   \
                                                                             \
  /* Brings the row with the greatest element of column k, of the rows       \
   * from k on, to row k.  Whether that was another row. */                  \
  TC_INLINE int32_t symbol##_pivot(T *a, int32_t n, int32_t k) {             \
    int32_t best = k;                                                        \
    int32_t i;                                                               \
    for (i = k + 1; i < n; ++i) {                                            \
      if (symbol##_abs(a[i * n + k]) > symbol##_abs(a[best * n + k])) {      \
        best = i;                                                            \
      }                                                                      \
    }                                                                        \
    for (i = k; i < n && best != k; ++i) {                                   \
      const T v = a[k * n + i];                                              \
      a[k * n + i] = a[best * n + i];                                        \
      a[best * n + i] = v;                                                   \
    }                                                                        \
    return best != k;                                                        \
  }                                                                          \
                                                                             \
  TC_KERNEL TC_DET_PROTO(symbol, T) {                                        \
    const int32_t n = s->n;                                                  \
    T *const a = scratch;                                                    \
    int32_t m, k, i, j;                                                      \
    for (m = 0; m < s->batch; ++m) {                                         \
      T det = 1;                                                             \
      memcpy(a, x + m * n * n, (size_t)(n * n) * sizeof(T));                 \
      for (k = 0; k < n; ++k) {                                              \
        if (symbol##_pivot(a, n, k) != 0) det = -det;                        \
        det *= a[k * n + k];                                                 \
        if (a[k * n + k] == 0) break;                                        \
        for (i = k + 1; i < n; ++i) {                                        \
          const T factor = a[i * n + k] / a[k * n + k];                      \
          for (j = k + 1; j < n; ++j) a[i * n + j] -= factor * a[k * n + j]; \
        }                                                                    \
      }                                                                      \
      y[m] = det;                                                            \
    }                                                                        \
  }

#endif /* TC_DET_H_ */
