/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of products of bytes for cores whose one multiplication has results of
 * 32 bits: the activations of two pixels in a word.
 *
 * A word x = a + 2^16 * b times a weight w is w * a + 2^16 * (w * b).  Two such
 * products add up to s + 2^16 * t, where |s| and |t| are below 2^15 unless both
 * weights are -128, so that t is the upper half, rounded.  The sum of all words
 * modulo 2^32 less 2^16 times the sum of all t is the sum of all s, exactly:
 * two multiplications and four other instructions for four products.
 *
 * The weights are
 *
 *   2 words per channel  its bias and its multiplier of tc_requant
 *   blocks of 4 channels, the last one filled up with zeros, with 2 words per
 *   pair of taps: from the lowest byte on, the weights of channel 0 for both
 *   taps, then those of channel 1; in the second word 2 and 3.  Where the
 * number of taps is odd a weight of zero follows.
 */
#ifndef TC_TWIN_H_
#define TC_TWIN_H_

#include <stdint.h>

#include "tc_asm.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_twin_asm.h"

/* The pairs of so many taps. */
TC_INLINE int32_t tc_twin_pairs(int32_t taps) { return (taps + 1) / 2; }

#if !TC_THUMB1_ASM

TC_NOINLINE static void tc_twin_channels(const tc_twin_job *job) {
  const int32_t pairs = (int32_t)(job->x_end - job->x) / 2;
  const int32_t channels = (int32_t)(job->y_end - job->y);
  const uint32_t *const blocks = job->w + 2 * channels;
  const uint32_t *const x = job->x;
  int32_t c;
  int32_t k;
  for (c = 0; c < channels; ++c) {
    const uint32_t *const w = blocks + c / 4 * 2 * pairs + c % 4 / 2;
    const int32_t bias = (int32_t)job->w[2 * c];
    const int32_t mult = (int32_t)job->w[2 * c + 1];
    uint32_t sum = 0; /* of the words */
    int32_t second = 0;
    int32_t first;
    for (k = 0; k < 2 * pairs; k += 2) {
      const uint32_t both = w[k] >> (c % 2 * 16);
      const int32_t a = (int8_t)(both & 0xffu);
      const int32_t b = (int8_t)(both >> 8 & 0xffu);
      const uint32_t v = x[k] * (uint32_t)a + x[k + 1] * (uint32_t)b;
      sum += v;
      second += (int32_t)(v + 0x8000u) >> 16;
    }
    first = (int32_t)(sum - ((uint32_t)second << 16)) + bias;
    second += bias;
    first = tc_clamp(tc_requant(first, mult, job->shift), job->lo, job->hi);
    second = tc_clamp(tc_requant(second, mult, job->shift), job->lo, job->hi);
    job->y[c + job->step] = (int8_t)(second + job->zero);
    job->y[c] = (int8_t)(first + job->zero);
  }
}

#endif

/* The words of `taps` activations of two pixels. */
TC_INLINE uint32_t *tc_twin_join(uint32_t *words, const int8_t *a,
                                 const int8_t *b, int32_t taps) {
  int32_t k;
  for (k = 0; k < taps; ++k) {
    *words++ = (uint32_t)a[k] + ((uint32_t)b[k] << 16);
  }
  return words;
}

#endif /* TC_TWIN_H_ */
