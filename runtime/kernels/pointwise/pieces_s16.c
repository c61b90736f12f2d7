/* SPDX-License-Identifier: Apache-2.0 */
/* A function of 16-bit numbers, as pieces of quadratics: integers only. */
#include "pointwise/pieces.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_pieces_s16(const tc_unary_shape *s, const tc_pieces_quant *q,
                             const int16_t *x, const int32_t *coefficients,
                             int16_t *y) {
  int32_t i;
  for (i = 0; i < s->n; ++i) {
    const int32_t u = x[i] + 32768;
    const int64_t t = u & (((int32_t)1 << q->bits) - 1);
    const int32_t *c = coefficients + 3 * (u >> q->bits);
    const int64_t slope = c[1] + ((c[2] * t) >> q->bits);
    const int64_t v = c[0] + ((slope * t) >> q->bits);
    y[i] = (int16_t)tc_clamp((int32_t)((v + (1 << 11)) >> 12), -32768, 32767);
  }
}
