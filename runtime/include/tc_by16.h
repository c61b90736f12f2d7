/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of products for cores that multiply 16 bytes at a time (Helium).
 *
 * Channels come in blocks of 4, the last one filled up with zeros.  A block is
 *
 *   4 words            where the sums begin: the biases
 *   16 per 16 taps     the weights of 16 taps for each channel in turn, four
 *                      in a word, the first one in the low byte; taps are
 *                      filled up with zeros
 *   4 words            the multipliers of tc_requant
 */
#ifndef TC_BY16_H_
#define TC_BY16_H_

#include <stdint.h>
#include <string.h>

#include "tc_by16_asm.h"
#include "tc_by16_short_asm.h"
#include "tc_bytes.h"
#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* How many times 16 taps. */
TC_INLINE int32_t tc_by16_steps(int32_t taps) { return (taps + 15) / 16; }

/* The words of a block of 4 channels. */
TC_INLINE int32_t tc_by16_block(int32_t steps) { return 16 * steps + 8; }

#if !TC_MVE_ASM

TC_INLINE void tc_by16_outputs(const tc_by16_job *job, const int8_t *x,
                               int8_t *y) {
  const int8_t *const end = y + (job->y0_end - job->y0);
  const uint32_t *w = job->w;
  int32_t c;
  int32_t k;
  for (; y != end; y += 4) {
    int32_t sum[4];
    for (c = 0; c < 4; ++c) sum[c] = (int32_t)*w++;
    for (k = 0; k < job->steps; ++k) {
      for (c = 0; c < 64; ++c) {
        const uint32_t byte = w[c / 4] >> (8 * (c % 4)) & 0xffu;
        sum[c / 16] += x[16 * k + c % 16] * (int8_t)byte;
      }
      w += 16;
    }
    for (c = 0; c < 4; ++c) {
      const int32_t v = tc_requant(sum[c], (int32_t)*w++, job->shift);
      y[c] = (int8_t)tc_clamp(v + job->zero, -128, 127);
    }
  }
}

TC_NOINLINE static void tc_by16_two(const tc_by16_job *job) {
  tc_by16_outputs(job, job->x0, job->y0);
  tc_by16_outputs(job, job->x1, job->y1);
}

TC_NOINLINE static void tc_by16_two_of_one(const tc_by16_job *job) {
  tc_by16_two(job);
}

TC_NOINLINE static void tc_by16_two_of_two(const tc_by16_job *job) {
  tc_by16_two(job);
}

TC_NOINLINE static void tc_by16_one(const tc_by16_job *job) {
  tc_by16_outputs(job, job->x0, job->y0);
}

#endif

TC_INLINE void tc_by16_blocks(const tc_by16_job *job, int32_t steps,
                              int32_t pixels) {
  if (pixels == 2 && steps == 1) {
    tc_by16_two_of_one(job);
  } else if (pixels == 2 && steps == 2) {
    tc_by16_two_of_two(job);
  } else if (pixels == 2) {
    tc_by16_two(job);
  } else {
    tc_by16_one(job);
  }
}

/* All channels of the `pixels` (1 or 2) of `job`, whose steps, y0, y1 and
 * y0_end are set here.  The results of the second pixel follow those of the
 * first. */
TC_INLINE void tc_by16_channels(tc_by16_job *job, const tc_weighted_quant *q,
                                int32_t steps, int32_t pixels, int32_t channels,
                                int8_t *y) {
  const int32_t whole = channels / 4 * 4;
  int32_t p;
  job->steps = steps;
  job->y0 = y;
  job->y1 = y + channels;
  job->y0_end = y + whole;
  if (whole > 0) tc_by16_blocks(job, steps, pixels);
  if (channels > whole) {
    const uint32_t *const w = job->w;
    int8_t block[2][4];
    job->w = w + whole / 4 * tc_by16_block(steps);
    job->y0 = block[0];
    job->y1 = block[1];
    job->y0_end = block[0] + 4;
    tc_by16_blocks(job, steps, pixels);
    job->w = w;
    for (p = 0; p < pixels; ++p) {
      memcpy(y + p * channels + whole, block[p], (size_t)(channels - whole));
    }
  }
  tc_clamp_bytes(y, pixels * channels, q->lo, q->hi);
}

#endif /* TC_BY16_H_ */
