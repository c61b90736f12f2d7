/* SPDX-License-Identifier: Apache-2.0 */
/* Resizing by copies of pixels, and of a whole row where it repeats. */
#include <string.h>

#include "resize/resize.h"
#include "tc_kernel.h"

TC_KERNEL void tc_resize_nearest(const tc_resize_nearest_shape *s,
                                 const void *x, const int32_t *rows,
                                 const int32_t *columns, void *y) {
  const size_t pixel = (size_t)s->inner;
  const size_t in_row = (size_t)s->in_w * pixel;
  const size_t out_row = (size_t)s->out_w * pixel;
  const unsigned char *image = (const unsigned char *)x;
  unsigned char *to = (unsigned char *)y;
  int32_t n, i, j;
  for (n = 0; n < s->outer; ++n) {
    for (i = 0; i < s->out_h; ++i) {
      if (i > 0 && rows[i] == rows[i - 1]) {
        memcpy(to, to - out_row, out_row);
      } else {
        const unsigned char *const row = image + (size_t)rows[i] * in_row;
        for (j = 0; j < s->out_w; ++j) {
          memcpy(to + (size_t)j * pixel, row + (size_t)columns[j] * pixel,
                 pixel);
        }
      }
      to += out_row;
    }
    image += (size_t)s->in_h * in_row;
  }
}
