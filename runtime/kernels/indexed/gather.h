/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y = the rows of the table x that the indices name, in the order of their
 * positions.
 */
#ifndef TC_GATHER_H_
#define TC_GATHER_H_

#include <string.h>

#include "indexed/indexed.h"

#define TC_GATHER_PROTO(symbol, T, I) \
  void symbol(const tc_indexed_shape *s, const void *x, const I *index, void *y)

#define TC_GATHER(symbol, T, I)                                              \
  TC_INDEXED_ROW(symbol##_row, I)                                            \
                                                                             \
  TC_KERNEL TC_GATHER_PROTO(symbol, T, I) {                                  \
    const int32_t positions = tc_count(s->rank, s->dims);                    \
    T *to = (T *)y;                                                          \
    tc_walk at;                                                              \
    int32_t i;                                                               \
    tc_walk_begin(&at, s->rank, 0, 0);                                       \
    for (i = 0; i < positions; ++i) {                                        \
      const T *from = (const T *)x + at.a + symbol##_row(s, index + at.b);   \
      memcpy(to, from, (size_t)s->row * sizeof(T));                          \
      to += s->row;                                                          \
      tc_walk_next(&at, s->rank, s->dims, s->table_stride, s->index_stride); \
    }                                                                        \
  }

#endif /* TC_GATHER_H_ */
