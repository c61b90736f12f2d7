/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table that are named by indices: what gather and scatter share.
 */
#ifndef TC_INDEXED_H_
#define TC_INDEXED_H_

#include <stdint.h>

#include "tc_kernel.h"
#include "tc_walk.h"

/*
 * At each position there is an index of `parts` numbers, side by side.  It
 * names the `row` elements of the table from
 *   position . table_stride + index . part_stride
 * on.  All strides are in elements.
 */
typedef struct {
  int32_t rank; /* of the positions */
  int32_t dims[TC_MAX_RANK];
  int32_t table_stride[TC_MAX_RANK];
  int32_t index_stride[TC_MAX_RANK];
  int32_t parts;
  int32_t part_size[TC_MAX_RANK]; /* a part is 0 .. size - 1, size > 0 */
  int32_t part_stride[TC_MAX_RANK];
  int32_t row;
  int32_t reduction; /* of scatter */
} tc_indexed_shape;

/*
 * symbol(s, index) is where the row of an index of type I begins.  A negative
 * number counts from the end; one outside counts as the nearest inside, so that
 * no input makes a kernel leave the table.
 */
#define TC_INDEXED_ROW(symbol, I)                                       \
  TC_INLINE int32_t symbol(const tc_indexed_shape *s, const I *index) { \
    int32_t offset = 0;                                                 \
    int32_t k;                                                          \
    for (k = 0; k < s->parts; ++k) {                                    \
      const int32_t size = s->part_size[k];                             \
      const I i = index[k] < 0 ? index[k] + size : index[k];            \
      const int32_t at = i < 0 ? 0 : i >= size ? size - 1 : (int32_t)i; \
      offset += at * s->part_stride[k];                                 \
    }                                                                   \
    return offset;                                                      \
  }

#endif /* TC_INDEXED_H_ */
