/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution whose result may be its operand's bytes: 4
 * channels of the whole image at a time, which are kept row by row until no
 * window needs them.  For any 32-bit processor; kernels with instructions of
 * their own take from here what they are not made for.
 */
#ifndef TC_DEPTHWISE2D_S8_IN_PLACE_H_
#define TC_DEPTHWISE2D_S8_IN_PLACE_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_window.h"

/*
 * n channels from o on of one output row.  `line` has their operands of this
 * row and the pad_top rows above it, row r at r mod (pad_top + 1).
 */
TC_INLINE void tc_depthwise2d_s8_in_place_row(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, const int8_t *line, int32_t oy, int32_t o,
    const int32_t n, int8_t *y) {
  const int32_t kept = s->pad_top + 1;
  const int32_t top = oy - s->pad_top;
  const tc_range ky = tc_valid_taps(top, s->kernel_h, s->dilation_h, s->in_h);
  int32_t ox;
  for (ox = 0; ox < s->out_w; ++ox) {
    const int32_t left = ox - s->pad_left;
    const tc_range kx =
        tc_valid_taps(left, s->kernel_w, s->dilation_w, s->in_w);
    const int32_t whole =
        ky.last - ky.first == s->kernel_h && kx.last - kx.first == s->kernel_w;
    int32_t acc[4];
    int32_t i;
    int32_t j;
    int32_t c;
    for (c = 0; c < n; ++c) acc[c] = bias[o + c];
    for (i = ky.first; i < ky.last; ++i) {
      const int32_t iy = top + i * s->dilation_h;
      const int32_t here = iy > oy; /* not overwritten yet */
      const int32_t step = (here ? s->in_c : n) * s->dilation_w;
      const int32_t ix = left + kx.first * s->dilation_w;
      const int8_t *xs = here ? x + (iy * s->in_w + ix) * s->in_c + o
                              : line + (iy % kept * s->in_w + ix) * n;
      const int8_t *ws = w + (i * s->kernel_w + kx.first) * s->out_c + o;
      for (j = kx.first; j < kx.last; ++j) {
        if (n == 4 && w_zero == NULL) {
          acc[0] += xs[0] * ws[0];
          acc[1] += xs[1] * ws[1];
          acc[2] += xs[2] * ws[2];
          acc[3] += xs[3] * ws[3];
        } else {
          for (c = 0; c < n; ++c) {
            const int32_t zero = w_zero == NULL ? 0 : w_zero[o + c];
            acc[c] += xs[c] * (ws[c] - zero);
          }
        }
        xs += step;
        ws += s->out_c;
      }
    }
    if (!whole) {
      tc_depthwise2d_s8_pad(s, q->in_zero, w, w_zero, ky, kx, o, n, acc);
    }
    for (c = 0; c < n; ++c) {
      y[(oy * s->out_w + ox) * s->out_c + o + c] = (int8_t)tc_clamp_offset(
          tc_requant(acc[c], mult[o + c], q->shift), q->out_zero, q->lo, q->hi);
    }
  }
}

TC_INLINE void tc_depthwise2d_s8_in_place_any(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  int32_t o;
  int32_t n;
  for (o = 0; o < s->out_c; o += n) {
    int32_t oy;
    n = tc_min(4, s->out_c - o);
    for (oy = 0; oy < s->out_h; ++oy) {
      int8_t *const row = line + oy % (s->pad_top + 1) * s->in_w * n;
      const int8_t *const from = x + oy * s->in_w * s->in_c + o;
      int32_t ix;
      for (ix = 0; ix < s->in_w; ++ix) {
        if (n == 4) {
          memcpy(row + ix * 4, from + ix * s->in_c, 4);
        } else {
          memcpy(row + ix * n, from + ix * s->in_c, (size_t)n);
        }
      }
      if (n == 4) {
        tc_depthwise2d_s8_in_place_row(s, q, x, w, bias, mult, w_zero, line, oy,
                                       o, 4, y);
      } else {
        tc_depthwise2d_s8_in_place_row(s, q, x, w, bias, mult, w_zero, line, oy,
                                       o, n, y);
      }
    }
  }
}

#endif /* TC_DEPTHWISE2D_S8_IN_PLACE_H_ */
