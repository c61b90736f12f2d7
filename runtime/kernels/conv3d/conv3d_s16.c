/* SPDX-License-Identifier: Apache-2.0 */
/* General convolution, quantized to 16 bits: blocks of 4 output channels, pixel
 * by pixel. */
#include "conv3d/conv3d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_conv3d_s16(const tc_conv3d_shape *s,
                             const tc_conv3d_s16_quant *q, const int16_t *x,
                             const int8_t *w, const int64_t *bias,
                             const int32_t *mult, int16_t *y) {
  TC_CONV3D_BODY(int16_t, int8_t, int64_t, a - q->in_zero,
                 tc_clamp_offset(tc_requant64(acc[c], mult[o], q->shift),
                                 q->out_zero, q->lo, q->hi))
}
