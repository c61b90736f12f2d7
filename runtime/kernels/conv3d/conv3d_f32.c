/* SPDX-License-Identifier: Apache-2.0 */
/* General convolution of floats: blocks of 4 output channels, pixel by pixel.
 */
#include "conv3d/conv3d.h"
#include "tc_kernel.h"

TC_KERNEL void tc_conv3d_f32(const tc_conv3d_shape *s, const tc_act_f32 *act,
                             const float *x, const float *w, const float *bias,
                             float *y) {
  TC_CONV3D_BODY(float, float, float, a, tc_activate(acc[c], act))
}
