/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of products of 16-bit activations and 8-bit weights for cores that
 * multiply pairs of 16-bit numbers.
 *
 * The weights of two output channels lie interleaved, so that a word holds two
 * taps of both and SXTB16 makes a pair of each channel, to go with a word of
 * two activations.  A product is at most 2^22 in magnitude, so up to
 * TC_RUNS16_MOST of them add up in 32 bits, of which SMLAD adds two at once:
 * the 64-bit sums are touched once for so many.
 */
#ifndef TC_RUNS16_H_
#define TC_RUNS16_H_

#include <stdint.h>

#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_result16.h"
#include "tc_runs16_sums.h"

/* The most taps whose products fit 32 bits together: 511, made even. */
#define TC_RUNS16_MOST 510

/* sum[2 * p + c] of `pixels` pixels, 1 to 3. */
TC_INLINE void tc_runs16_sums(const tc_runs16 *r, int32_t pixels,
                              int32_t *sum) {
  if (pixels == 3) {
    tc_runs16_three(r, sum);
  } else if (pixels == 2) {
    tc_runs16_two(r, sum);
  } else {
    tc_runs16_one(r, sum);
  }
}

/* acc[2 * p + c] += the sums of `pixels` pixels, for any number of taps. */
TC_NOINLINE static void tc_runs16_add(const tc_runs16 *r, int32_t pixels,
                                      int64_t *acc) {
  int32_t sum[6];
  int32_t c;
  if (r->rows * r->run <= TC_RUNS16_MOST) {
    tc_runs16_sums(r, pixels, sum);
    for (c = 0; c < 2 * pixels; ++c) acc[c] += sum[c];
  } else {
    const int32_t rows = tc_max(1, TC_RUNS16_MOST / r->run);
    tc_runs16 part = *r;
    int32_t i;
    int32_t k;
    for (i = 0; i < r->rows; i += rows) {
      part.rows = tc_min(rows, r->rows - i);
      for (k = 0; k < r->run; k += TC_RUNS16_MOST) {
        part.x = r->x + i * r->x_row + k;
        part.w = r->w + i * r->w_row + 2 * k;
        part.run = tc_min(TC_RUNS16_MOST, r->run - k);
        tc_runs16_sums(&part, pixels, sum);
        for (c = 0; c < 2 * pixels; ++c) acc[c] += sum[c];
      }
    }
  }
}

/* y[p * step + c] of acc[2 * p + c], for c < width, 1 or 2. */
TC_NOINLINE static void tc_runs16_outputs(const int64_t *acc,
                                          const tc_weighted_quant *q,
                                          const int32_t *mult, int32_t width,
                                          int32_t pixels, int32_t step,
                                          int16_t *y) {
  const tc_weighted_quant quant = *q; /* y might be its bytes */
  const tc_result16 result = tc_result16_of(q);
  const int32_t narrow = width == 2 && tc_result16_scales(q);
  for (; pixels > 0; --pixels) {
    const int32_t a = (int32_t)acc[0];
    const int32_t b = (int32_t)acc[1];
    if (narrow && a == acc[0] && b == acc[1]) {
      tc_store_pair(y, tc_result16_two(&result, a, mult[0], b, mult[1]));
    } else {
      int32_t c;
      for (c = 0; c < width; ++c) {
        y[c] = tc_result16_wide(&quant, acc[c], mult[c]);
      }
    }
    acc += 2;
    y += step;
  }
}

#endif /* TC_RUNS16_H_ */
