/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversions between number types.  Integers wrap around; a float is truncated
 * and saturates, and a NaN becomes 0; anything but zero is true.  A bool is a
 * byte of 0 or 1.
 */
#ifndef TC_CAST_H_
#define TC_CAST_H_

#include <stdint.h>

#include "pointwise/unary.h"
#include "tc_kernel.h"

/*
 * Float to integer.  Where `max` is not a float it rounds up to the power of
 * two above, so that whatever passes the two tests is in range.
 */
#define TC_TRUNC(a, in_t, out_t, min, max) \
  ((a) >= (in_t)(max)  ? (max)             \
   : (a) > (in_t)(min) ? (out_t)(a)        \
   : (a) != (a)        ? 0                 \
                       : (min))

#define TC_CAST_TRUNC_PROTO(symbol, in_t, out_t, min, max) \
  TC_UNARY_PROTO(symbol, in_t, out_t, a)

#define TC_CAST_TRUNC(symbol, in_t, out_t, min, max) \
  TC_UNARY(symbol, in_t, out_t, TC_TRUNC(a, in_t, out_t, min, max))

#endif /* TC_CAST_H_ */
