/* SPDX-License-Identifier: Apache-2.0 */
/* General convolution, quantized to 8 bits: blocks of 4 output channels, pixel
 * by pixel. */
#include "conv3d/conv3d.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

TC_KERNEL void tc_conv3d_s8(const tc_conv3d_shape *s,
                            const tc_conv3d_s8_quant *q, const int8_t *x,
                            const int8_t *w, const int32_t *bias,
                            const int32_t *mult, const int32_t *w_zero,
                            int8_t *y) {
  TC_CONV3D_BODY(int8_t, int8_t, int32_t, a - q->in_zero,
                 tc_clamp_offset(
                     tc_requant(acc[c] - (w_zero == NULL ? 0 : w_zero[o] * sum),
                                mult[o], q->shift),
                     q->out_zero, q->lo, q->hi))
}
