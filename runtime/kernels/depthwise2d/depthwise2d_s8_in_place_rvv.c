/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized depthwise convolution in place with RISC-V's vectors: up to 32
 * channels of the whole image at a time, which are kept row by row until no
 * window needs them. */
#include "depthwise2d/depthwise2d_rvv.h"
#include "depthwise2d/depthwise2d_s8_in_place.h"
#include "tc_bytes.h"

/* All rows of n channels from o on.  `line` has the row of the operand and the
 * pad_top rows above it, row r at r mod (pad_top + 1). */
TC_INLINE void tc_depthwise2d_rvv_in_place(const tc_depthwise2d_shape *s,
                                           const tc_depthwise2d_s8_quant *q,
                                           const tc_depthwise2d_rvv_layer *l,
                                           const int8_t *x, int32_t o,
                                           int32_t n, int8_t *line, int8_t *y) {
  const int32_t kept = s->pad_top + 1;
  const int32_t row = s->in_w * s->in_c;
  tc_depthwise2d_rvv_source sources[TC_DEPTHWISE2D_RVV_ROWS];
  int32_t oy;
  int32_t i;
  for (oy = 0; oy < s->out_h; ++oy) {
    tc_depthwise2d_rvv_copy(x + oy * row + o, s->in_c, s->in_w, n,
                            line + oy % kept * s->in_w * n);
    for (i = 0; i < s->kernel_h; ++i) {
      const int32_t iy = oy - s->pad_top + i * s->dilation_h;
      const int32_t here = iy > oy; /* not overwritten yet */
      sources[i].x = iy < 0 || iy >= s->in_h ? NULL
                     : here                  ? x + iy * row + o
                                             : line + iy % kept * s->in_w * n;
      sources[i].pixel = here ? s->in_c : n;
      sources[i].row = 0;
    }
    tc_depthwise2d_rvv_row(s, q, l, sources, o, n, y + oy * row + o);
  }
}

TC_KERNEL void tc_depthwise2d_s8_in_place_rvv(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *quant,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const int32_t block = tc_depthwise2d_rvv_block(s);
  tc_depthwise2d_rvv_layer layer;
  int32_t o;
  if (!tc_depthwise2d_has_rvv(s, w_zero)) {
    tc_depthwise2d_s8_in_place_any(s, quant, x, w, bias, mult, w_zero, line, y);
    return;
  }
  tc_depthwise2d_rvv_init(s, &q, w, bias, mult, &layer);
  for (o = 0; o < s->out_c; o += block) {
    tc_depthwise2d_rvv_in_place(s, &q, &layer, x, o,
                                tc_min(s->out_c - o, block), line, y);
  }
  tc_clamp_bytes(y, s->out_h * s->out_w * s->out_c, q.lo, q.hi);
}
