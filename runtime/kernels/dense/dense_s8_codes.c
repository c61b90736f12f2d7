/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized fully connected layer with weights in the format codes of
 * tc_compressed.h. */
#include "dense/dense.h"
#include "dense/dense_compressed.h"
#include "tc_codes.h"
#include "tc_kernel.h"

TC_KERNEL void tc_dense_s8_codes(const tc_dense_shape *s,
                                 const tc_dense_s8_quant *q, const int8_t *x,
                                 const uint8_t *w, const int32_t *bias,
                                 const int32_t *mult, int8_t *y) {
  tc_dense_compressed(s, q, tc_codes_mac4, tc_codes_mac1, x, w,
                      w + TC_CODES_TABLE, bias, mult, y);
}
