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

#include "tc_dsp.h"
#include "tc_fixed.h"
#include "tc_kernel.h"

/* The most taps whose products fit 32 bits together: 511, made even. */
#define TC_RUNS16_MOST 510

/* Taps in rows: of `run` neighbours in memory each. */
typedef struct {
  const int16_t *x; /* of the first pixel */
  int32_t x_step;   /* from a pixel to the next one */
  int32_t x_row;    /* from a row to the next one */
  const int8_t *w;  /* [run][2] */
  int32_t w_row;
  int32_t rows;
  int32_t run;
} tc_runs16;

/* sum[c] of one pixel, for two channels and rows * run <= TC_RUNS16_MOST. */
TC_NOINLINE static void tc_runs16_one(const tc_runs16 *r, int32_t *sum) {
  const int32_t run = r->run;
  const int32_t x_skip = r->x_row - run;
  const int32_t w_skip = r->w_row - 2 * run;
  const int16_t *x = r->x;
  const int8_t *w = r->w;
  int32_t a0 = 0, a1 = 0;
  int32_t rows;
  for (rows = r->rows; rows > 0; --rows) {
    int32_t n;
    for (n = run; n >= 4; n -= 4) {
      const uint32_t v0 = tc_load4(w);
      const uint32_t v1 = tc_load4(w + 4);
      const uint32_t x0 = tc_load4(x);
      const uint32_t x1 = tc_load4(x + 2);
      a0 = tc_mac2(tc_even_bytes(v0), x0, a0);
      a1 = tc_mac2(tc_odd_bytes(v0), x0, a1);
      a0 = tc_mac2(tc_even_bytes(v1), x1, a0);
      a1 = tc_mac2(tc_odd_bytes(v1), x1, a1);
      x += 4;
      w += 8;
    }
    for (; n > 0; --n) {
      a0 += *x * w[0];
      a1 += *x * w[1];
      ++x;
      w += 2;
    }
    x += x_skip;
    w += w_skip;
  }
  sum[0] = a0;
  sum[1] = a1;
}

/* sum[2 * p + c] of two pixels. */
TC_NOINLINE static void tc_runs16_two(const tc_runs16 *r, int32_t *sum) {
  const int32_t run = r->run;
  const int32_t step = r->x_step;
  const int32_t x_skip = r->x_row - run;
  const int32_t w_skip = r->w_row - 2 * run;
  const int16_t *x = r->x;
  const int8_t *w = r->w;
  int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
  int32_t rows;
  for (rows = r->rows; rows > 0; --rows) {
    int32_t n;
    for (n = run; n >= 2; n -= 2) {
      const uint32_t v = tc_load4(w);
      const uint32_t v0 = tc_even_bytes(v);
      const uint32_t v1 = tc_odd_bytes(v);
      const uint32_t xb = tc_load4(x + step);
      const uint32_t xa = tc_load4(x);
      a0 = tc_mac2(v0, xa, a0);
      a1 = tc_mac2(v1, xa, a1);
      b0 = tc_mac2(v0, xb, b0);
      b1 = tc_mac2(v1, xb, b1);
      x += 2;
      w += 4;
    }
    if (n > 0) {
      a0 += x[0] * w[0];
      a1 += x[0] * w[1];
      b0 += x[step] * w[0];
      b1 += x[step] * w[1];
      ++x;
      w += 2;
    }
    x += x_skip;
    w += w_skip;
  }
  sum[0] = a0;
  sum[1] = a1;
  sum[2] = b0;
  sum[3] = b1;
}

/* sum[2 * p + c] of three pixels. */
TC_NOINLINE static void tc_runs16_three(const tc_runs16 *r, int32_t *sum) {
  const int32_t run = r->run;
  const int32_t step = r->x_step;
  const int32_t x_skip = r->x_row - run;
  const int32_t w_skip = r->w_row - 2 * run;
  const int16_t *x = r->x;
  const int8_t *w = r->w;
  int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0, c0 = 0, c1 = 0;
  int32_t rows;
  for (rows = r->rows; rows > 0; --rows) {
    int32_t n;
    for (n = run; n >= 2; n -= 2) {
      const uint32_t v = tc_load4(w);
      const uint32_t v0 = tc_even_bytes(v);
      const uint32_t v1 = tc_odd_bytes(v);
      const uint32_t xc = tc_load4(x + 2 * step);
      const uint32_t xb = tc_load4(x + step);
      const uint32_t xa = tc_load4(x);
      a0 = tc_mac2(v0, xa, a0);
      a1 = tc_mac2(v1, xa, a1);
      b0 = tc_mac2(v0, xb, b0);
      b1 = tc_mac2(v1, xb, b1);
      c0 = tc_mac2(v0, xc, c0);
      c1 = tc_mac2(v1, xc, c1);
      x += 2;
      w += 4;
    }
    if (n > 0) {
      a0 += x[0] * w[0];
      a1 += x[0] * w[1];
      b0 += x[step] * w[0];
      b1 += x[step] * w[1];
      c0 += x[2 * step] * w[0];
      c1 += x[2 * step] * w[1];
      ++x;
      w += 2;
    }
    x += x_skip;
    w += w_skip;
  }
  sum[0] = a0;
  sum[1] = a1;
  sum[2] = b0;
  sum[3] = b1;
  sum[4] = c0;
  sum[5] = c1;
}

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

/* tc_requant64, whose |acc| < 2^47 leaves 32 bits above the lowest 16: two
 * products of 32 bits instead of two of 64. */
TC_INLINE int64_t tc_runs16_scaled(int64_t acc, int32_t mult) {
  const int32_t high = (int32_t)(acc >> 16);
  const uint64_t low = (uint64_t)((uint32_t)acc & 0xffffu) * (uint32_t)mult;
  return (int64_t)high * mult + (int64_t)(low >> 16);
}

/* y[p * step + c] of acc[2 * p + c], for c < width, 1 or 2. */
TC_NOINLINE static void tc_runs16_outputs(const int64_t *acc,
                                          const tc_weighted_quant *q,
                                          const int32_t *mult, int32_t width,
                                          int32_t pixels, int32_t step,
                                          int16_t *y) {
  const int32_t shift = q->shift - 16;
  const int64_t half = (int64_t)1 << (shift - 1);
  const int32_t zero = q->out_zero;
  const int32_t lo = q->lo - zero;
  const int32_t hi = q->hi - zero;
  for (; pixels > 0; --pixels) {
    int32_t c;
    for (c = 0; c < width; ++c) {
      const int64_t v = (tc_runs16_scaled(acc[c], mult[c]) + half) >> shift;
      const int32_t result = v < lo ? lo : v > hi ? hi : (int32_t)v;
      y[c] = (int16_t)(result + zero);
    }
    acc += 2;
    y += step;
  }
}

#endif /* TC_RUNS16_H_ */
