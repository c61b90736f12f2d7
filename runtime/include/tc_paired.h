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

#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* The inner loops are written in assembly: compilers keep too few of the 8
 * sums in registers. */
#if TC_DSP && defined(__thumb2__) && defined(__ARM_FEATURE_UNALIGNED) && \
    !defined(__ARM_FEATURE_BTI_DEFAULT)
#define TC_PAIRED_ASM 1
#else
#define TC_PAIRED_ASM 0
#endif

/* The pairs of all taps. */
TC_INLINE int32_t tc_paired_pairs(int32_t runs, int32_t run) {
  return runs * (run / 4 * 2) + (runs * (run % 4) + 1) / 2;
}

/* The words of a block of 4 channels. */
TC_INLINE int32_t tc_paired_block(int32_t pairs) { return 2 * pairs + 8; }

/* Some blocks of channels of one pixel, or of two. */
typedef struct {
  const uint32_t *w; /* the first block */
  const uint32_t *x; /* the pairs of the first pixel, each followed by that of
                        the second one */
  const uint32_t *x_end;
  int32_t shift; /* of tc_requant */
  int32_t zero;  /* zero point of y */
  int8_t *y;     /* of the first pixel; a multiple of 4 before y_end */
  int32_t step;  /* from y to that of the second pixel */
  int8_t *y_end;
} tc_paired_job;

#if TC_PAIRED_ASM

#define TC_PAIR_OF_TWO          \
  "  ldrd   r2, r3, [r0], #8\n" \
  "  ldrd   r4, r5, [r1], #8\n" \
  "  smlad  r6, r4, r2, r6\n"   \
  "  smlad  r10, r4, r3, r10\n" \
  "  sxtb16 r4, r4\n"           \
  "  smlad  r8, r5, r2, r8\n"   \
  "  smlad  r12, r5, r3, r12\n" \
  "  sxtb16 r5, r5\n"           \
  "  smlad  r7, r4, r2, r7\n"   \
  "  smlad  r11, r4, r3, r11\n" \
  "  smlad  r9, r5, r2, r9\n"   \
  "  smlad  lr, r5, r3, lr\n"

/*
 * Two pixels.  r0: x, r1: w; sums in r6-r9 and r10-r12, lr.  The stack holds
 * x, x_end, shift, zero, y, step, y_end, and where the unrolled loop of 8 pairs
 * of 48 bytes is entered.
 */
TC_ASM_FUNCTION static void tc_paired_two(const tc_paired_job *job
                                          __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r8}\n"
      "  sub    r9, r2, r3\n"
      "  and    r9, r9, #56\n" /* 8 * (-pairs & 7) */
      "  add    r9, r9, r9, lsl #1\n"
      "  adr.w  r10, 2f\n"
      "  add    r9, r10, r9, lsl #1\n"
      "  orr    r9, r9, #1\n"
      "  push   {r2-r9}\n"
      "1:\n" /* a block of channels */
      "  ldm.w  r1!, {r6-r9}\n"
      "  mov    r10, r6\n"
      "  mov    r11, r7\n"
      "  mov    r12, r8\n"
      "  mov    lr, r9\n"
      "  ldr    r0, [sp]\n"
      "  ldr    pc, [sp, #28]\n"
      "  .balign 4\n"
      "2:\n" TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO
          TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO TC_PAIR_OF_TWO
      "  ldr    r2, [sp, #4]\n"
      "  cmp    r0, r2\n"
      "  bne.w  2b\n"
      "  sub    r6, r6, r7\n"
      "  sub    r8, r8, r9\n"
      "  sub    r10, r10, r11\n"
      "  sub    r12, r12, lr\n"
      "  asr    r6, r6, #8\n"
      "  asr    r8, r8, #8\n"
      "  asr    r10, r10, #8\n"
      "  asr    r12, r12, #8\n"
      "  ldrd   r0, r2, [sp, #8]\n"
      "  cbz    r0, 3f\n"
      "  lsl    r6, r6, r0\n"
      "  lsl    r7, r7, r0\n"
      "  lsl    r8, r8, r0\n"
      "  lsl    r9, r9, r0\n"
      "  lsl    r10, r10, r0\n"
      "  lsl    r11, r11, r0\n"
      "  lsl    r12, r12, r0\n"
      "  lsl    lr, lr, r0\n"
      "3:\n"
      "  ldm.w  r1!, {r0, r3-r5}\n"
      "  smmlar r6, r6, r0, r2\n"
      "  smmlar r7, r7, r3, r2\n"
      "  smmlar r8, r8, r4, r2\n"
      "  smmlar r9, r9, r5, r2\n"
      "  smmlar r10, r10, r0, r2\n"
      "  smmlar r11, r11, r3, r2\n"
      "  smmlar r12, r12, r4, r2\n"
      "  smmlar lr, lr, r5, r2\n"
      "  ssat   r6, #8, r6\n"
      "  ssat   r7, #8, r7\n"
      "  ssat   r8, #8, r8\n"
      "  ssat   r9, #8, r9\n"
      "  ssat   r10, #8, r10\n"
      "  ssat   r11, #8, r11\n"
      "  ssat   r12, #8, r12\n"
      "  ssat   lr, #8, lr\n"
      "  ldrd   r0, r2, [sp, #16]\n"
      "  add    r2, r2, r0\n"
      "  strb   r6, [r0], #1\n"
      "  strb   r7, [r0], #1\n"
      "  strb   r8, [r0], #1\n"
      "  strb   r9, [r0], #1\n"
      "  strb   r10, [r2]\n"
      "  strb   r11, [r2, #1]\n"
      "  strb   r12, [r2, #2]\n"
      "  strb   lr, [r2, #3]\n"
      "  ldr    r3, [sp, #24]\n"
      "  str    r0, [sp, #16]\n"
      "  cmp    r0, r3\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

#define TC_PAIR_OF_ONE(x, w, v) \
  "  smlad  r6, " w ", " x      \
  ", r6\n"                      \
  "  sxtb16 " w ", " w          \
  "\n"                          \
  "  smlad  r8, " v ", " x      \
  ", r8\n"                      \
  "  sxtb16 " v ", " v          \
  "\n"                          \
  "  smlad  r7, " w ", " x      \
  ", r7\n"                      \
  "  smlad  r9, " v ", " x ", r9\n"
#define TC_PAIRS_OF_ONE                                                     \
  "  ldm.w  r0!, {r2-r5}\n"                                                 \
  "  ldm.w  r1!, {r10-r12, lr}\n" TC_PAIR_OF_ONE("r2", "r10", "r11")        \
      TC_PAIR_OF_ONE(                                                       \
          "r3", "r12",                                                      \
          "lr") "  ldm.w  r1!, {r10-r12, lr}\n" TC_PAIR_OF_ONE("r4", "r10", \
                                                               "r11")       \
          TC_PAIR_OF_ONE("r5", "r12", "lr")

/*
 * One pixel.  r0: x, r1: w; sums in r6-r9.  The stack holds x, x_end, shift,
 * zero, y, the end of the pairs that come one by one, y_end, and where the loop
 * of twice 4 pairs of 108 bytes is entered, or left at once.
 */
TC_ASM_FUNCTION static void tc_paired_one(const tc_paired_job *job
                                          __attribute__((unused))) {
  __asm__ volatile(
      "  push   {r4-r11, lr}\n"
      "  ldm.w  r0, {r1-r8}\n"
      "  sub    r10, r3, r2\n"
      "  and    r7, r10, #12\n"
      "  add    r7, r7, r2\n"
      "  adr.w  r9, 3f\n"
      "  tst    r10, #16\n"
      "  it     ne\n"
      "  addne  r9, r9, #108\n"
      "  cmp    r7, r3\n"
      "  it     eq\n"
      "  adreq.w r9, 4f\n"
      "  orr    r9, r9, #1\n"
      "  push   {r2-r9}\n"
      "1:\n" /* a block of channels */
      "  ldm.w  r1!, {r6-r9}\n"
      "  ldr    r0, [sp]\n"
      "  b.n    5f\n"
      "2:\n"
      "  ldr    r2, [r0], #4\n"
      "  ldrd   r10, r11, [r1], #8\n" TC_PAIR_OF_ONE("r2", "r10", "r11")
      "5:\n"
      "  ldr    r2, [sp, #20]\n"
      "  cmp    r0, r2\n"
      "  bne.n  2b\n"
      "  ldr    pc, [sp, #28]\n"
      "  .balign 4\n"
      "3:\n" TC_PAIRS_OF_ONE TC_PAIRS_OF_ONE
      "  ldr    r2, [sp, #4]\n"
      "  cmp    r0, r2\n"
      "  bne.w  3b\n"
      "4:\n"
      "  sub    r6, r6, r7\n"
      "  sub    r8, r8, r9\n"
      "  asr    r6, r6, #8\n"
      "  asr    r8, r8, #8\n"
      "  ldrd   r0, r2, [sp, #8]\n"
      "  lsl    r6, r6, r0\n"
      "  lsl    r7, r7, r0\n"
      "  lsl    r8, r8, r0\n"
      "  lsl    r9, r9, r0\n"
      "  ldm.w  r1!, {r0, r3-r5}\n"
      "  smmlar r6, r6, r0, r2\n"
      "  smmlar r7, r7, r3, r2\n"
      "  smmlar r8, r8, r4, r2\n"
      "  smmlar r9, r9, r5, r2\n"
      "  ssat   r6, #8, r6\n"
      "  ssat   r7, #8, r7\n"
      "  ssat   r8, #8, r8\n"
      "  ssat   r9, #8, r9\n"
      "  ldr    r0, [sp, #16]\n"
      "  strb   r6, [r0], #1\n"
      "  strb   r7, [r0], #1\n"
      "  strb   r8, [r0], #1\n"
      "  strb   r9, [r0], #1\n"
      "  ldr    r3, [sp, #24]\n"
      "  str    r0, [sp, #16]\n"
      "  cmp    r0, r3\n"
      "  bne.w  1b\n"
      "  add    sp, sp, #32\n"
      "  pop    {r4-r11, pc}\n");
}

#define TC_WIDEN_TWO          \
  "  ldr.w  r4, [r1], #4\n"   \
  "  ldr.w  r5, [r2], #4\n"   \
  "  sxtb16 r6, r4\n"         \
  "  sxtb16 r7, r5\n"         \
  "  sxtb16 r8, r4, ror #8\n" \
  "  sxtb16 r9, r5, ror #8\n" \
  "  stm.w  r0!, {r6-r9}\n"

/* The pairs of `words` groups of four activations of a and of b, one of a and
 * one of b in turn.  Returns the end of x. */
TC_ASM_FUNCTION static uint32_t *tc_widen_two(
    uint32_t *x __attribute__((unused)),
    const int8_t *a __attribute__((unused)),
    const int8_t *b __attribute__((unused)),
    int32_t words __attribute__((unused))) {
  __asm__ volatile(
      "  cmp    r3, #0\n"
      "  it     eq\n"
      "  bxeq   lr\n"
      "  push   {r4-r9}\n"
      "  rsb    r12, r3, #0\n"
      "  and    r12, r12, #3\n"
      "  add    r3, r3, r12\n"
      "  rsb    r12, r12, r12, lsl #3\n"
      "  adr.w  r4, 1f\n"
      "  add    r4, r4, r12, lsl #2\n"
      "  mov    pc, r4\n"
      "  .balign 4\n"
      "1:\n" TC_WIDEN_TWO TC_WIDEN_TWO TC_WIDEN_TWO TC_WIDEN_TWO
      "  subs   r3, r3, #4\n"
      "  bne.w  1b\n"
      "  pop    {r4-r9}\n"
      "  bx     lr\n");
}

#else

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
  int32_t c;
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
      for (c = whole; c < channels; ++c) {
        y[p * channels + c] = block[p][c - whole];
      }
    }
  }
  if (q->lo > -128 || q->hi < 127) {
    for (c = 0; c < pixels * channels; ++c) {
      y[c] = (int8_t)tc_clamp(y[c], q->lo, q->hi);
    }
  }
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
