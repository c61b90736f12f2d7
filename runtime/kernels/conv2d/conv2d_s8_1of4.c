/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized convolution with weights in the format 1of4 of tc_compressed.h. */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_compressed.h"
#include "tc_kernel.h"
#include "tc_nofm.h"

TC_KERNEL void tc_conv2d_s8_1of4(const tc_conv2d_shape *s,
                                 const tc_conv2d_s8_quant *q, const int8_t *x,
                                 const uint8_t *w, const int32_t *bias,
                                 const int32_t *mult, int8_t *y) {
  tc_conv2d_compressed(s, q, tc_1of4_mac4, tc_1of4_mac1, x, NULL, w, bias, mult,
                       y);
}
