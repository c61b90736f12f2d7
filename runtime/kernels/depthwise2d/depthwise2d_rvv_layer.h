/* SPDX-License-Identifier: Apache-2.0 */
/* What depthwise2d_rvv.h multiplies by: weights, biases and multipliers,
 * repeated where an output has so few channels that neighbours go side by side.
 */
#ifndef TC_DEPTHWISE2D_RVV_LAYER_H_
#define TC_DEPTHWISE2D_RVV_LAYER_H_

#include <string.h>

#include "depthwise2d/depthwise2d.h"
#include "tc_kernel.h"

/* The most taps of a kernel whose weights are repeated for neighbours. */
#define TC_DEPTHWISE2D_RVV_TILED 9

/* Weights, biases and multipliers, or copies for `group` outputs side by side,
 * if that is more than 1; and 32 times in_zero. */
typedef struct {
  const int8_t *w;
  int32_t w_step;
  const int32_t *bias;
  const int32_t *mult;
  int32_t group;
  int8_t outside[32];
  int8_t tile[32 * TC_DEPTHWISE2D_RVV_TILED];
  int32_t tiles[2][32];
} tc_depthwise2d_rvv_layer;

TC_INLINE void tc_depthwise2d_rvv_init(const tc_depthwise2d_shape *s,
                                       const tc_depthwise2d_s8_quant *q,
                                       const int8_t *w, const int32_t *bias,
                                       const int32_t *mult,
                                       tc_depthwise2d_rvv_layer *l) {
  const int32_t n = s->out_c;
  const int32_t taps = s->kernel_h * s->kernel_w;
  int32_t i;
  int32_t t;
  memset(l->outside, q->in_zero, sizeof l->outside);
  l->w = w;
  l->w_step = n;
  l->bias = bias;
  l->mult = mult;
  l->group = 1;
  if (s->stride_w != 1 || n > 16 || taps > TC_DEPTHWISE2D_RVV_TILED) return;
  l->group = tc_min(32 / n, s->out_w);
  l->w = l->tile;
  l->w_step = l->group * n;
  l->bias = l->tiles[0];
  l->mult = l->tiles[1];
  for (i = 0; i < l->group; ++i) {
    for (t = 0; t < taps; ++t) {
      memcpy(l->tile + (t * l->group + i) * n, w + t * n, (size_t)n);
    }
    memcpy(l->tiles[0] + i * n, bias, (size_t)n * sizeof *bias);
    memcpy(l->tiles[1] + i * n, mult, (size_t)n * sizeof *mult);
  }
}

#endif /* TC_DEPTHWISE2D_RVV_LAYER_H_ */
