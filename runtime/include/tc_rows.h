/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers that take turns, a row at a time: which rows a row needs, and where
 * the rows of a window are.
 *
 * A window keeps the latest rows of a tensor, in their order.  A row that finds
 * it full moves the others over the oldest one.
 */
#ifndef TC_ROWS_H_
#define TC_ROWS_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tc_kernel.h"

typedef struct {
  int32_t first; /* of the rows that exist */
  int32_t count;
  int32_t pad; /* rows before the first one that do not */
} tc_rows;

/* The rows [row * stride - pad, ... + extent) of a tensor of `rows` rows. */
TC_INLINE tc_rows tc_rows_for(int32_t row, int32_t stride, int32_t pad,
                              int32_t extent, int32_t rows) {
  const int32_t top = row * stride - pad;
  tc_rows r;
  r.first = tc_max(top, 0);
  r.count = tc_min(top + extent, rows) - r.first;
  r.pad = r.first - top;
  return r;
}

typedef struct {
  void *bytes;
  int32_t rows; /* that it keeps */
  int32_t row_bytes;
  int32_t last; /* row of the tensor if rows come from the last one on, */
                /* or -1: from row 0 on */
} tc_window;

/* The number of a row in the order in which rows come. */
TC_INLINE int32_t tc_window_turn(const tc_window *w, int32_t row) {
  return w->last < 0 ? row : w->last - row;
}

/* Where `row` is, of the `made` rows that have come; more follow it in the
 * order of the tensor. */
TC_INLINE void *tc_window_at(const tc_window *w, int32_t row, int32_t made) {
  const int32_t age = made - 1 - tc_window_turn(w, row);
  const int32_t filled = tc_min(made, w->rows);
  const int32_t place = w->last < 0 ? filled - 1 - age : w->rows - filled + age;
  return (uint8_t *)w->bytes + place * w->row_bytes;
}

/* Where `row` is to be written, the next one to come. */
TC_INLINE void *tc_window_next(const tc_window *w, int32_t row) {
  const int32_t turn = tc_window_turn(w, row);
  uint8_t *const bytes = (uint8_t *)w->bytes;
  const size_t kept = (size_t)((w->rows - 1) * w->row_bytes);
  if (turn >= w->rows && kept > 0) {
    if (w->last < 0) memmove(bytes, bytes + w->row_bytes, kept);
    if (w->last >= 0) memmove(bytes + w->row_bytes, bytes, kept);
  }
  return tc_window_at(w, row, turn + 1);
}

/* Layers may be cut into strips of columns, of which one leaves the last
 * `bytes` of each row to the next one.  They lie at `left`, the bytes of row 0
 * first; rows come from row 0 on. */

/* Where the rest of `row`, the next one to come, is to be written, behind what
 * the strip before has left if there is one. */
TC_INLINE void *tc_window_join(const tc_window *w, int32_t row,
                               const uint8_t *left, int32_t bytes,
                               int32_t follows) {
  uint8_t *const to = (uint8_t *)tc_window_next(w, row);
  if (!follows) return to;
  memcpy(to, left + row * bytes, (size_t)bytes);
  return to + bytes;
}

/* Leaves the end of `row`, which was the last one to come. */
TC_INLINE void tc_window_leave(const tc_window *w, int32_t row, uint8_t *left,
                               int32_t bytes) {
  const uint8_t *const end =
      (const uint8_t *)tc_window_at(w, row, row + 1) + w->row_bytes;
  memcpy(left + row * bytes, end - bytes, (size_t)bytes);
}

#endif /* TC_ROWS_H_ */
