/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel of a depthwise convolution on cores that multiply 16 bytes at a
 * time (Helium): the loops in C; depthwise2d_columns_asm.h has them in
 * assembly.
 *
 * The last rows of the padded image are kept column by column: 4 or 8 bytes for
 * each column, row r in byte r mod 4 or 8.  A window then is bytes in a row:
 *
 *   rows of 3x3     columns                           a window
 *   a0 a1 a2 ..     a0 b0 c0 -  a1 b1 c1 -  ..  =>    a0 b0 c0 - a1 b1 c1 -
 *   b0 b1 b2 ..                                       a2 b2 c2 -
 *   c0 c1 c2 ..
 *
 * and its weights are bytes in the same order, 0 where a byte is of no tap.
 * They turn by a byte whenever the image moves on by a row.
 */
#ifndef TC_DEPTHWISE2D_COLUMNS_MVE_H_
#define TC_DEPTHWISE2D_COLUMNS_MVE_H_

#include <stdint.h>

#include "depthwise2d/depthwise2d_columns_asm.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

#if !TC_MVE_ASM

/* Puts the next row into the ring; by how many bytes the weights have turned
 * then. */
TC_INLINE int32_t tc_depthwise2d_image_row(tc_depthwise2d_image *m) {
  const int32_t bytes = m->mask + 1;
  const int32_t turned = m->mask - m->slot;
  const int32_t inside = m->row >= 0 && m->row < m->rows;
  int32_t i;
  for (i = 0; i < m->columns; ++i) {
    m->inside[i * bytes + m->slot] =
        (int8_t)(inside ? m->x[i * m->x_at[1]] : m->in_zero);
  }
  if (inside) m->x += m->x_row;
  ++m->row;
  m->slot = (m->slot + 1) % bytes;
  return turned;
}

/* The channel of an image, for windows of so many bytes. */
TC_INLINE void tc_depthwise2d_image_any(tc_depthwise2d_image *m,
                                        const int32_t window) {
  const int32_t bytes = m->mask + 1;
  int32_t oy;
  int32_t ox;
  int32_t i;
  for (; m->skip > 0; --m->skip) tc_depthwise2d_image_row(m);
  for (oy = 0; oy < m->y_rows; ++oy) {
    const int8_t *const w = m->weights + tc_depthwise2d_image_row(m);
    for (ox = 0; ox < m->width; ++ox) {
      int32_t sum = 0;
      int32_t v;
      for (i = 0; i < window; ++i) {
        sum += m->ring[ox * bytes + i] * w[i / bytes * 2 * bytes + i % bytes];
      }
      v = (int32_t)((uint32_t)sum * (uint32_t)m->power[0] + (uint32_t)m->bias);
      v = tc_requant(v, m->mult[0], 0);
      m->y[ox * m->y_at[1]] = (int8_t)tc_saturate8(v + m->out_zero);
    }
    m->y += m->y_row;
  }
}

TC_NOINLINE static void tc_depthwise2d_image4x4(tc_depthwise2d_image *m) {
  tc_depthwise2d_image_any(m, 16);
}

TC_NOINLINE static void tc_depthwise2d_image4x8(tc_depthwise2d_image *m) {
  tc_depthwise2d_image_any(m, 32);
}

TC_NOINLINE static void tc_depthwise2d_image8x4(tc_depthwise2d_image *m) {
  tc_depthwise2d_image_any(m, 32);
}

TC_NOINLINE static void tc_depthwise2d_image8x6(tc_depthwise2d_image *m) {
  tc_depthwise2d_image_any(m, 48);
}

TC_NOINLINE static void tc_depthwise2d_image8x8(tc_depthwise2d_image *m) {
  tc_depthwise2d_image_any(m, 64);
}

#endif /* !TC_MVE_ASM */

#endif /* TC_DEPTHWISE2D_COLUMNS_MVE_H_ */
