/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of products for cores that multiply pairs of 16-bit numbers: weights of
 * 8 bits, two output channels in one halfword.
 *
 * The halves of a word hold 256 * a + b for two taps: a is the weight of one
 * channel, b that of the next.  Against a pair of activations x the word adds
 * up to 256 * sum(a * x) + sum(b * x), and the sign-extended low bytes of its
 * halves to sum(b * x).  The difference of both is 256 * sum(a * x), as long as
 * |sum(a * x)| < 2^23, and the halves fit when a > -128 or b >= 0.  So four
 * products need one instruction to expand weights that take a byte each.
 *
 * Channels come in blocks of 4, the last one filled up with zeros.  A block is
 *
 *   4 words       where the sums begin: 256 * bias[0] + bias[1], bias[1],
 *                 256 * bias[2] + bias[3], bias[3], modulo 2^32
 *   2 per pair    of taps: the word of channels 0 and 1, that of 2 and 3
 *   4 words       the multipliers of tc_requant
 *
 * Taps come in `runs` of `run` neighbours in memory.  First all groups of four
 * neighbours, run by run, as the pairs (0, 2) and (1, 3), in which SXTB16
 * expands a word of activations; then what is left of each run; then a zero
 * where the number is odd.
 */
#ifndef TC_PAIRED_H_
#define TC_PAIRED_H_

#include <stdint.h>
#include <string.h>

#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"
#include "tc_paired_asm.h"
#include "tc_paired_one_asm.h"

/* The pairs of all taps. */
TC_INLINE int32_t tc_paired_pairs(int32_t runs, int32_t run) {
  return runs * (run / 4 * 2) + (runs * (run % 4) + 1) / 2;
}

/* The words of a block of 4 channels. */
TC_INLINE int32_t tc_paired_block(int32_t pairs) { return 2 * pairs + 8; }

#if !TC_DSP_ASM

/* y of one pixel, whose pairs are x_step apart. */
TC_INLINE void tc_paired_outputs(const tc_paired_job *job, const uint32_t *x,
                                 int32_t x_step, int8_t *y) {
  const int32_t words = (int32_t)(job->x_end - job->x); /* of all pixels */
  const int8_t *const end = y + (job->y_end - job->y);
  const uint32_t *w = job->w;
  int32_t c;
  int32_t k;
  for (; y != end; y += 4) {
    int32_t sum[4];
    for (c = 0; c < 4; ++c) sum[c] = (int32_t)*w++;
    for (k = 0; k < words; k += x_step) {
      sum[0] = tc_mac2(w[0], x[k], sum[0]);
      sum[1] = tc_mac2(tc_even_bytes(w[0]), x[k], sum[1]);
      sum[2] = tc_mac2(w[1], x[k], sum[2]);
      sum[3] = tc_mac2(tc_even_bytes(w[1]), x[k], sum[3]);
      w += 2;
    }
    sum[0] = (int32_t)((uint32_t)sum[0] - (uint32_t)sum[1]) >> 8;
    sum[2] = (int32_t)((uint32_t)sum[2] - (uint32_t)sum[3]) >> 8;
    for (c = 0; c < 4; ++c) {
      const int32_t v = tc_requant(sum[c], (int32_t)*w++, job->shift);
      y[c] = (int8_t)tc_clamp(v + job->zero, -128, 127);
    }
  }
}

TC_NOINLINE static void tc_paired_two(const tc_paired_job *job) {
  tc_paired_outputs(job, job->x, 2, job->y);
  tc_paired_outputs(job, job->x + 1, 2, job->y + job->step);
}

TC_NOINLINE static void tc_paired_one(const tc_paired_job *job) {
  tc_paired_outputs(job, job->x, 1, job->y);
}

TC_NOINLINE static uint32_t *tc_widen_two(uint32_t *x, const int8_t *a,
                                          const int8_t *b, int32_t words) {
  for (; words > 0; --words) {
    const uint32_t u = tc_load4(a);
    const uint32_t v = tc_load4(b);
    *x++ = tc_even_bytes(u);
    *x++ = tc_even_bytes(v);
    *x++ = tc_odd_bytes(u);
    *x++ = tc_odd_bytes(v);
    a += 4;
    b += 4;
  }
  return x;
}

#endif

TC_INLINE void tc_paired_blocks(const tc_paired_job *job, int32_t pixels) {
  if (pixels == 2) {
    tc_paired_two(job);
  } else {
    tc_paired_one(job);
  }
}

/* All channels of the `pixels` (1 or 2) of `job`, of which y, step and y_end
 * are set here.  The results of the second pixel follow those of the first. */
TC_INLINE void tc_paired_channels(tc_paired_job *job,
                                  const tc_weighted_quant *q, int32_t pixels,
                                  int32_t channels, int8_t *y) {
  const int32_t whole = channels / 4 * 4;
  int32_t p;
  job->y = y;
  job->y_end = y + whole;
  job->step = channels;
  if (whole > 0) tc_paired_blocks(job, pixels);
  if (channels > whole) {
    const int32_t pairs = (int32_t)(job->x_end - job->x) / pixels;
    const uint32_t *const w = job->w;
    int8_t block[2][4];
    job->w = w + whole / 4 * tc_paired_block(pairs);
    job->y = block[0];
    job->y_end = block[0] + 4;
    job->step = 4;
    tc_paired_blocks(job, pixels);
    job->w = w;
    for (p = 0; p < pixels; ++p) {
      memcpy(y + p * channels + whole, block[p], (size_t)(channels - whole));
    }
  }
  tc_clamp_bytes(y, pixels * channels, q->lo, q->hi);
}

/* The pairs of the taps of one pixel whose activations are one run. */
TC_INLINE void tc_widen_one(uint32_t *pairs, const int8_t *x, int32_t run) {
  int32_t i;
  for (i = 0; i + 4 <= run; i += 4) {
    const uint32_t v = tc_load4(x + i);
    *pairs++ = tc_even_bytes(v);
    *pairs++ = tc_odd_bytes(v);
  }
  if (run % 4 >= 2) *pairs++ = tc_pair(x[i], x[i + 1]);
  if (run % 4 == 1) *pairs = tc_pair(x[i], 0);
  if (run % 4 == 3) *pairs = tc_pair(x[i + 2], 0);
}

#endif /* TC_PAIRED_H_ */
