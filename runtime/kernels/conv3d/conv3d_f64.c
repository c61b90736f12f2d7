/* SPDX-License-Identifier: Apache-2.0 */
/* General convolution of doubles: blocks of 4 output channels, pixel by pixel.
 */
#include "conv3d/conv3d.h"
#include "tc_kernel.h"

TC_KERNEL void tc_conv3d_f64(const tc_conv3d_shape *s, const tc_act_f32 *act,
                             const double *x, const double *w,
                             const double *bias, double *y) {
  TC_CONV3D_BODY(double, double, double, a,
                 acc[c]<act->lo ? act->lo : acc[c]> act->hi ? act->hi : acc[c])
}
