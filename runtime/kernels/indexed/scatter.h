/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combines updates with the rows of the table y that the indices name, one
 * position after the other: of several updates of one element the last counts,
 * or all do when there is a reduction.
 */
#ifndef TC_SCATTER_H_
#define TC_SCATTER_H_

#include "indexed/indexed.h"

/* Values of `reduction`; otherwise an update replaces the element. */
#define TC_SCATTER_ADD 1
#define TC_SCATTER_MUL 2
#define TC_SCATTER_MIN 3
#define TC_SCATTER_MAX 4

#define TC_SCATTER_PROTO(symbol, T, I, U, nan) \
  void symbol(const tc_indexed_shape *s, const I *index, const T *updates, T *y)

/*
 * Sums and products are computed in U, so that integers wrap around; `nan` is
 * whether the element a is a NaN.
 */
#define TC_SCATTER(symbol, T, I, U, nan)                                     \
  TC_INDEXED_ROW(symbol##_row, I)                                            \
                                                                             \
  TC_INLINE T symbol##_combine(int32_t reduction, T a, T b) {                \
    if (reduction == TC_SCATTER_ADD) return (T)((U)a + (U)b);                \
    if (reduction == TC_SCATTER_MUL) return (T)((U)a * (U)b);                \
    if (reduction == TC_SCATTER_MIN) return a < b || nan ? a : b;            \
    if (reduction == TC_SCATTER_MAX) return a > b || nan ? a : b;            \
    return b;                                                                \
  }                                                                          \
                                                                             \
  TC_KERNEL TC_SCATTER_PROTO(symbol, T, I, U, nan) {                         \
    const int32_t positions = tc_count(s->rank, s->dims);                    \
    tc_walk at;                                                              \
    int32_t i;                                                               \
    int32_t k;                                                               \
    tc_walk_begin(&at, s->rank, 0, 0);                                       \
    for (i = 0; i < positions; ++i) {                                        \
      T *to = y + at.a + symbol##_row(s, index + at.b);                      \
      for (k = 0; k < s->row; ++k) {                                         \
        to[k] = symbol##_combine(s->reduction, to[k], updates[k]);           \
      }                                                                      \
      updates += s->row;                                                     \
      tc_walk_next(&at, s->rank, s->dims, s->table_stride, s->index_stride); \
    }                                                                        \
  }

#endif /* TC_SCATTER_H_ */
