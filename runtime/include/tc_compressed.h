/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 8-bit weights of which many are zero, or of which there are few different
 * ones, in less than a byte each.
 *
 * The weights of an output channel are cut into runs: taps that are neighbours
 * in memory, which is a row of a convolution's kernel, or all inputs of a dense
 * layer.  The runs lie one after the other, in the order of [out_c][runs], each
 * in one of these formats, which are bytes without alignment:
 *
 *   skip   A count of pairs, then the pairs.  A pair is three bytes: two skips
 *          of 4 bits, the first one in the low half, and two values.  A skip is
 *          how far the tap of a value lies behind that of the value before; the
 *          first one counts from tap 0.  A value 0 stands in between where it
 *          would be more than 15, and at the end where a pair is not full.
 *          After a count of 255 another count follows the pairs.
 *   mask   For every 8 taps a byte, whose bit i is set when tap i is not zero,
 *          and the values of these taps in ascending order.
 *   2of4   For every 8 taps a byte and 4 values, two of the taps 0 to 3 and two
 *          of 4 to 7.  The byte holds the place of each within its 4 taps, 2
 *          bits each, the first one lowest.
 *   1of4   For every 16 taps a byte and 4 values, one of each 4 taps, alike.
 *   codes  For every 2 taps a byte: two indices of 4 bits into a table of 16
 *          values, the first one in the low half.  The table is the first 16
 *          bytes of the layer's weights.
 *
 * A format has two functions:
 *
 *   tc_<format>_mac4: acc[p] += sum over k of w[k] * x[p * x_step + k], for 4
 *       pixels and all k of the run of that many taps that begins at w
 *   tc_<format>_mac1: the same for one pixel, of which only the taps inside are
 *       read, x being the first one of them; the others are `outside`.  Where
 *       the format groups taps, inside begins and ends between two groups.
 *
 * Both return the beginning of the next run.  `table` is null but for codes.
 */
#ifndef TC_COMPRESSED_H_
#define TC_COMPRESSED_H_

#include <stdint.h>

#include "tc_kernel.h"
#include "tc_window.h"

typedef const uint8_t *tc_mac4_fn(int32_t acc[4], const int8_t *x,
                                  int32_t x_step, const uint8_t *table,
                                  const uint8_t *w, int32_t taps);
typedef const uint8_t *tc_mac1_fn(int32_t *acc, const int8_t *x,
                                  tc_range inside, int32_t outside,
                                  const uint8_t *table, const uint8_t *w,
                                  int32_t taps);

/* acc[p] += weight * x[p * x_step] for 4 pixels; the weight is a signed byte.
 */
TC_INLINE void tc_mac4(int32_t acc[4], uint8_t weight, const int8_t *x,
                       int32_t x_step) {
  const int32_t v = (int8_t)weight;
  acc[0] += v * x[0];
  acc[1] += v * x[x_step];
  acc[2] += v * x[2 * x_step];
  acc[3] += v * x[3 * x_step];
}

#endif /* TC_COMPRESSED_H_ */
