/* SPDX-License-Identifier: Apache-2.0 */
/* Defines every kernel of the list that is made by a macro. */
#include "kernels.h"

#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, \
                      order)
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...) \
  macro(symbol, __VA_ARGS__)
#include "kernels.inc"
