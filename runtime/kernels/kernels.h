/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declares every kernel, for those who link to them.
 *
 * THE list of kernels is the rows of all <folder>/<family>.inc; the build
 * gathers them in kernels.inc.  Who includes that defines two macros, and
 * undefines them:
 *
 *   TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, order)
 *     A kernel in a file of its own: `<folder>/<symbol without tc_>.c`.
 *     `needs` are TC_CAP_ bits; `weight_block` is the number of output channels
 *     whose weights lie interleaved (1: not at all; 0: all of a group).
 *     `cycles_per_mac` is a rough cost, to choose among rows that a target can
 *     run; where weights are compressed (tc_compressed.h), it is per byte of
 *     them and output pixel: of 4 pixels together for conv2d, of one for dense.
 *     `order` is TC_BY_ROWS, or 0 for a kernel that promises no order.
 *
 *   TC_MACRO_ROW(symbol, family, needs, header, macro, ...)
 *     A kernel that the line `macro(symbol, ...)` defines, after an include of
 *     `header`.  `macro##_PROTO(symbol, ...)` is its declaration, without `;`.
 *
 * A family is one signature and one meaning: all its rows are interchangeable.
 * Of a kernel with a file the signature is the type `tc_<family>_fn`.
 */
#ifndef TC_KERNELS_H_
#define TC_KERNELS_H_

/* The families' headers, outside of extern "C". */
#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, \
                      order)
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...)
#include "kernels.inc"
#undef TC_KERNEL_ROW
#undef TC_MACRO_ROW

#ifdef __cplusplus
extern "C" {
#endif

#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, \
                      order)                                               \
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
