/* SPDX-License-Identifier: Apache-2.0 */
/* Declares every kernel in the list, for those who link to them. */
#ifndef TC_KERNELS_H_
#define TC_KERNELS_H_

#include "conv2d/conv2d.h"
#include "copy/copy.h"
#include "dense/dense.h"
#include "depthwise2d/depthwise2d.h"
#include "matmul/matmul.h"
#include "pointwise/binary.h"
#include "pointwise/cast.h"
#include "pointwise/unary.h"
#include "pool2d/pool2d.h"
#include "quantize/quantize.h"
#include "reduce/reduce.h"
#include "softmax/softmax.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac) \
  tc_##family##_fn symbol;
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...) \
  macro##_PROTO(symbol, __VA_ARGS__);
#include "kernels.inc"
#undef TC_KERNEL_ROW
#undef TC_MACRO_ROW

#ifdef __cplusplus
}
#endif

#endif /* TC_KERNELS_H_ */
