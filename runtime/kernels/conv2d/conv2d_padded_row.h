/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an image with their padding, for windows of 3x3 at stride 1. */
#ifndef TC_CONV2D_PADDED_ROW_H_
#define TC_CONV2D_PADDED_ROW_H_

#include <string.h>

#include "conv2d/conv2d.h"
#include "tc_kernel.h"

/* Copies row `iy` of an image, or what is outside of it, with the padding on
 * its left and `width` pixels in all. */
TC_INLINE void tc_conv2d_s8_pad_row(const tc_conv2d_shape *s, int32_t zero,
                                    const int8_t *x, int32_t iy, int32_t width,
                                    int8_t *to) {
  /* Rows that no window has may have been overwritten. */
  const int32_t rows = tc_min(s->in_h, s->out_h + 2 - s->pad_top);
  const int32_t count =
      iy < 0 || iy >= rows ? 0 : tc_min(s->in_w, width - s->pad_left);
  const int32_t left = count == 0 ? 0 : s->pad_left;
  memset(to, zero, (size_t)(left * s->in_c));
  to += left * s->in_c;
  memcpy(to, x + (count == 0 ? 0 : iy * s->in_w * s->in_c),
         (size_t)(count * s->in_c));
  memset(to + count * s->in_c, zero,
         (size_t)((width - left - count) * s->in_c));
}

#endif /* TC_CONV2D_PADDED_ROW_H_ */
