/* SPDX-License-Identifier: Apache-2.0 */
/* Quantized fully connected layer with weights in the format 2of4 of
 * tc_compressed.h. */
#include "dense/dense.h"
#include "dense/dense_compressed.h"
#include "tc_kernel.h"
#include "tc_nofm.h"

TC_KERNEL void tc_dense_s8_2of4(const tc_dense_shape *s,
                                const tc_dense_s8_quant *q, const int8_t *x,
                                const uint8_t *w, const int32_t *bias,
                                const int32_t *mult, int8_t *y) {
  tc_dense_compressed(s, q, tc_2of4_mac4, tc_2of4_mac1, x, NULL, w, bias, mult,
                      y);
}
