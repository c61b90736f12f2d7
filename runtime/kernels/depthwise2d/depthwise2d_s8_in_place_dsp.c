/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantized depthwise convolution in place with products of 16-bit pairs: one
 * channel of the whole image at a time, which goes through a ring of kernel_h
 * rows.  Row r of the padded image is row r mod kernel_h of the ring.  Images
 * of narrow rows go through it column by column: with rows and columns
 * exchanged in all that follows.
 */
#include "depthwise2d/depthwise2d_dsp.h"
#include "depthwise2d/depthwise2d_s8_in_place.h"

/* One channel; x and y begin at it, and both have the same steps. */
TC_INLINE void tc_depthwise2d_ring(const tc_depthwise2d_shape *s,
                                   tc_depthwise2d_steps steps,
                                   const tc_depthwise2d_s8_quant *q,
                                   const tc_depthwise2d_channel *c,
                                   const uint32_t *pairs, const int8_t *x,
                                   uint32_t *ring, int8_t *y) {
  const int32_t rows = s->kernel_h;
  int32_t slot = 0; /* of the next row */
  int32_t iy;
  for (iy = -s->pad_top; iy < s->in_h - s->pad_top + rows - 1; ++iy) {
    const int32_t oy = iy + s->pad_top - (rows - 1);
    tc_depthwise2d_widen(
        s, q, iy < 0 || iy >= s->in_h ? NULL : x + iy * steps.row, steps.column,
        1, -s->pad_left, (s->in_w + s->kernel_w) / 2, 0, ring + slot);
    slot = slot + 1 == rows ? 0 : slot + 1;
    if (oy < 0) continue;
    /* The oldest row, tap 0, is at `slot`. */
    tc_depthwise2d_outputs(
        s, q, c, ring,
        pairs + (slot == 0 ? 0 : rows - slot) * (s->kernel_w + 1), s->out_w,
        y + oy * steps.row);
  }
}

TC_INLINE tc_depthwise2d_steps
tc_depthwise2d_exchanged(tc_depthwise2d_steps steps) {
  tc_depthwise2d_steps exchanged;
  exchanged.column = steps.row;
  exchanged.row = steps.column;
  return exchanged;
}

TC_KERNEL void tc_depthwise2d_s8_in_place_dsp(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *q,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  const int32_t turned = tc_depthwise2d_is_narrow(s);
  const tc_depthwise2d_shape shape = turned ? tc_depthwise2d_turned(s) : *s;
  const int32_t words = shape.kernel_h * (shape.kernel_w + 1);
  uint32_t pairs[2 * TC_DEPTHWISE2D_PAIRS]; /* twice: the ring goes round */
  tc_depthwise2d_steps of_w = tc_depthwise2d_weight_steps(s);
  tc_depthwise2d_steps of_x;
  int32_t o;
  int32_t i;
  if (!tc_depthwise2d_has_pairs(&shape, w_zero)) {
    tc_depthwise2d_s8_in_place_any(s, q, x, w, bias, mult, w_zero, line, y);
    return;
  }
  of_x.column = s->in_c;
  of_x.row = s->in_w * s->in_c;
  if (turned) {
    of_w = tc_depthwise2d_exchanged(of_w);
    of_x = tc_depthwise2d_exchanged(of_x);
  }
  for (o = 0; o < shape.out_c; ++o) {
    const tc_depthwise2d_channel c =
        tc_depthwise2d_channel_of(q, bias, mult, o, of_x.column, shape.out_w);
    tc_depthwise2d_pack(&shape, q, of_w, w + o, pairs);
    for (i = 0; i < words; ++i) pairs[words + i] = pairs[i];
    tc_depthwise2d_ring(&shape, of_x, q, &c, pairs, x + o,
                        (uint32_t *)(void *)line, y + o);
  }
}
