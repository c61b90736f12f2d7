/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution channel by channel with products of 16 bytes
 * (Helium): which layers are for it, and what it makes of a channel.
 *
 * Images are taken row by row or column by column, whichever is shorter.
 */
#ifndef TC_DEPTHWISE2D_MVE_H_
#define TC_DEPTHWISE2D_MVE_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "depthwise2d/depthwise2d_columns_mve.h"

/* A layer whose rows may be the image's columns. */
typedef struct {
  int32_t rows, columns;
  int32_t kernel_h, kernel_w;
  int32_t pad_top, pad_left;
  int32_t row, column;     /* distances in the image */
  int32_t w_row, w_column; /* and in the kernel */
} tc_depthwise2d_lines;

TC_INLINE tc_depthwise2d_lines
tc_depthwise2d_by_rows(const tc_depthwise2d_shape *s) {
  tc_depthwise2d_lines l;
  l.rows = s->in_h;
  l.columns = s->in_w;
  l.kernel_h = s->kernel_h;
  l.kernel_w = s->kernel_w;
  l.pad_top = s->pad_top;
  l.pad_left = s->pad_left;
  l.row = s->in_w * s->in_c;
  l.column = s->in_c;
  l.w_row = s->kernel_w * s->out_c;
  l.w_column = s->out_c;
  return l;
}

TC_INLINE tc_depthwise2d_lines
tc_depthwise2d_by_columns(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_shape t = tc_depthwise2d_turned(s);
  tc_depthwise2d_lines l = tc_depthwise2d_by_rows(&t);
  l.row = s->in_c;
  l.column = s->in_w * s->in_c;
  l.w_row = s->out_c;
  l.w_column = s->kernel_w * s->out_c;
  return l;
}

/* Bytes of a column of the ring. */
TC_INLINE int32_t tc_depthwise2d_column_bytes(const tc_depthwise2d_lines *l) {
  return l->kernel_h <= 4 ? 4 : 8;
}

/* Bytes of a window that are multiplied. */
TC_INLINE int32_t tc_depthwise2d_window_bytes(const tc_depthwise2d_lines *l) {
  if (l->kernel_h <= 4) return l->kernel_w <= 4 ? 16 : 32;
  return l->kernel_w <= 4 ? 32 : l->kernel_w <= 6 ? 48 : 64;
}

/* About how many instructions a channel takes. */
TC_INLINE int32_t tc_depthwise2d_lines_cost(const tc_depthwise2d_lines *l) {
  const int32_t eights = (l->columns + 7) / 8;
  return (l->rows + l->kernel_h) * (45 + 5 * eights) +
         l->rows * eights * (20 + tc_depthwise2d_window_bytes(l));
}

TC_INLINE tc_depthwise2d_lines
tc_depthwise2d_lines_of(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_lines rows = tc_depthwise2d_by_rows(s);
  const tc_depthwise2d_lines columns = tc_depthwise2d_by_columns(s);
  return tc_depthwise2d_lines_cost(&columns) < tc_depthwise2d_lines_cost(&rows)
             ? columns
             : rows;
}

/* Whether this is for such a layer, whose image keeps its size. */
TC_INLINE int32_t tc_depthwise2d_has_lines(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_lines l = tc_depthwise2d_lines_of(s);
  return s->in_c == s->out_c && s->kernel_h <= 8 && s->kernel_w <= 8 &&
         s->dilation_h == 1 && s->dilation_w == 1 && s->pad_top < s->kernel_h &&
         s->pad_left < s->kernel_w && 7 * l.column <= 65535;
}

/* Bytes of its ring. */
TC_INLINE int32_t tc_depthwise2d_ring_bytes(const tc_depthwise2d_shape *s) {
  const tc_depthwise2d_lines l = tc_depthwise2d_lines_of(s);
  return (tc_max(l.columns, 8) - 1) * tc_depthwise2d_column_bytes(&l) +
         tc_depthwise2d_window_bytes(&l);
}

/* What all channels have in common.  `weights` and `ring` are as in the image;
 * weights are zeros. */
TC_INLINE void tc_depthwise2d_image_init(const tc_depthwise2d_lines *l,
                                         const tc_depthwise2d_s8_quant *q,
                                         const int8_t *weights, int8_t *ring,
                                         tc_depthwise2d_image *m) {
  const int32_t bytes = tc_depthwise2d_column_bytes(l);
  int32_t i;
  m->rows = l->rows;
  m->x_row = l->row;
  m->x_eight = 8 * l->column;
  m->columns = l->columns;
  m->inside = ring + l->pad_left * bytes;
  m->slot = 0;
  m->mask = bytes - 1;
  m->eight = 8 * bytes;
  m->in_zero = q->in_zero;
  m->weights = weights;
  m->ring = ring;
  m->y_row = l->row;
  m->y_eight = 8 * l->column;
  m->rest = l->columns % 8;
  m->eights = l->columns / 8;
  m->y_back = (8 - m->rest) * l->column;
  m->width = l->columns;
  m->out_zero = q->out_zero;
  for (i = 0; i < 4; ++i) m->power[i] = tc_shift_left(1, q->shift);
  for (i = 0; i < 8; ++i) {
    m->x_at[i] = (uint16_t)(i * l->column);
    m->ring_at[i] = (uint16_t)(i * bytes);
    m->y_at[i] = (uint16_t)(i * l->column);
  }
  for (i = 0; i < 16; ++i) {
    m->w_at[i] = (uint8_t)(i / bytes * 2 * bytes + i % bytes);
  }
}

/* One channel, at which x, w and y begin. */
TC_INLINE void tc_depthwise2d_channel_image(
    const tc_depthwise2d_lines *l, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, int32_t bias, int32_t mult,
    int8_t *weights, tc_depthwise2d_image *m, int8_t *y) {
  const int32_t bytes = tc_depthwise2d_column_bytes(l);
  int32_t i;
  int32_t j;
  for (j = 0; j < l->kernel_w; ++j) {
    int8_t *const to = weights + j * 2 * bytes + bytes - l->kernel_h;
    for (i = 0; i < l->kernel_h; ++i) {
      to[i] = to[bytes + i] = w[i * l->w_row + j * l->w_column];
    }
  }
  m->row = -l->pad_top;
  m->x = x;
  m->skip = l->kernel_h - 1;
  m->y = y;
  m->y_rows = l->rows;
  m->bias = tc_shift_left(bias, q->shift);
  for (i = 0; i < 4; ++i) m->mult[i] = mult;
  switch (bytes * 100 + tc_depthwise2d_window_bytes(l)) {
    case 416:
      tc_depthwise2d_image4x4(m);
      break;
    case 432:
      tc_depthwise2d_image4x8(m);
      break;
    case 832:
      tc_depthwise2d_image8x4(m);
      break;
    case 848:
      tc_depthwise2d_image8x6(m);
      break;
    default:
      tc_depthwise2d_image8x8(m);
      break;
  }
}

#endif /* TC_DEPTHWISE2D_MVE_H_ */
