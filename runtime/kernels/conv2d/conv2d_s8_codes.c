/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized convolution with weights in the format codes of tc_compressed.h. */
#include "conv2d/conv2d.h"
#include "conv2d/conv2d_compressed.h"
#include "tc_codes.h"
#include "tc_kernel.h"

TC_KERNEL void tc_conv2d_s8_codes(const tc_conv2d_shape *s,
                                  const tc_conv2d_s8_quant *q, const int8_t *x,
                                  const uint8_t *w, const int32_t *bias,
                                  const int32_t *mult, int8_t *y) {
  tc_conv2d_compressed(s, q, tc_codes_mac4, tc_codes_mac1, x, w,
                       w + TC_CODES_TABLE, bias, mult, y);
}
