/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized depthwise convolution in place with Helium: products of 16 bytes of
 * a channel, or of 8 channels where images are small. */
#include "depthwise2d/depthwise2d_mve.h"
#include "depthwise2d/depthwise2d_s8_in_place.h"
#include "depthwise2d/depthwise2d_small_mve.h"
#include "tc_bytes.h"

TC_KERNEL void tc_depthwise2d_s8_in_place_mve(
    const tc_depthwise2d_shape *s, const tc_depthwise2d_s8_quant *quant,
    const int8_t *x, const int8_t *w, const int32_t *bias, const int32_t *mult,
    const int32_t *w_zero, int8_t *line, int8_t *y) {
  const tc_depthwise2d_s8_quant q = *quant; /* y might be its bytes */
  const tc_depthwise2d_lines l = tc_depthwise2d_lines_of(s);
  int8_t weights[TC_DEPTHWISE2D_WEIGHTS];
  tc_depthwise2d_image m;
  int32_t o;
  if (w_zero == NULL && tc_depthwise2d_is_small(s)) {
    tc_depthwise2d_small_image(s, &q, x, w, bias, mult, line, y);
    tc_clamp_bytes(y, s->out_h * s->out_w * s->out_c, q.lo, q.hi);
    return;
  }
  if (w_zero != NULL || !tc_depthwise2d_has_lines(s)) {
    tc_depthwise2d_s8_in_place_any(s, quant, x, w, bias, mult, w_zero, line, y);
    return;
  }
  memset(weights, 0, sizeof weights);
  memset(line, q.in_zero, (size_t)tc_depthwise2d_ring_bytes(s));
  tc_depthwise2d_image_init(&l, &q, weights, line, &m);
  for (o = 0; o < s->out_c; ++o) {
    tc_depthwise2d_channel_image(&l, &q, x + o, w + o, bias[o], mult[o],
                                 weights, &m, y + o);
  }
  tc_clamp_bytes(y, s->out_h * s->out_w * s->out_c, q.lo, q.hi);
}
