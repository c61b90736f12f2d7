/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The weights of tc_winograd.h where there is RAM rather than flash: they stay
 * bytes and are transformed a block of channels at a time while the model runs,
 * without a shift.  The memory that is read:
 *
 *   weights  strips: the pairs of rows that are computed with weights which
 *            are transformed once; then blocks of 4 channels, the last one
 *            filled up with zeros:
 *              [channel][tap][in_c]  bytes, for tc_load4
 *              4 words               bias * 4
 *              4 words               the multipliers of tc_requant
 */
#ifndef TC_WINOGRAD_BYTES_H_
#define TC_WINOGRAD_BYTES_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

/* The words of a block of weights. */
TC_INLINE int32_t tc_winograd_bytes_block(int32_t in_c) { return 9 * in_c + 8; }

/* G g for the 3 weights of a column, a pair of channels each. */
TC_INLINE void tc_winograd_weights(uint32_t a, uint32_t b, uint32_t c,
                                   uint32_t to[4]) {
  const uint32_t sum = tc_add2(a, c);
  to[0] = tc_add2(a, a);
  to[1] = tc_add2(sum, b);
  to[2] = tc_sub2(sum, b);
  to[3] = tc_add2(c, c);
}

/* The weights of a block of 4 channels, from its bytes. */
TC_NOINLINE static void tc_winograd_expand(const uint32_t *bytes, int32_t in_c,
                                           uint32_t *w) {
  const int32_t quads = in_c / 4;
  int32_t o;
  int32_t k;
  for (o = 0; o < 4; ++o) {
    for (k = 0; k < 2 * quads; ++k) {
      const uint32_t *const g = bytes + k / 2;
      uint32_t columns[3][4];
      int32_t i;
      int32_t j;
      for (j = 0; j < 3; ++j) {
        uint32_t tap[3];
        for (i = 0; i < 3; ++i) {
          const uint32_t four = g[(3 * i + j) * quads];
          tap[i] = k % 2 == 0 ? tc_even_bytes(four) : tc_odd_bytes(four);
        }
        tc_winograd_weights(tap[0], tap[1], tap[2], columns[j]);
      }
      for (i = 0; i < 4; ++i) {
        uint32_t row[4];
        tc_winograd_weights(columns[0][i], columns[1][i], columns[2][i], row);
        for (j = 0; j < 4; ++j) {
          w[((4 * i + j) * 2 * quads + k) * 4 + o] = row[j];
        }
      }
    }
    bytes += 9 * quads;
  }
}

#endif /* TC_WINOGRAD_BYTES_H_ */
