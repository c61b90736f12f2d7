/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of tc_runs16.h, for 1, 2 or 3 pixels. */
#ifndef TC_RUNS16_SUMS_H_
#define TC_RUNS16_SUMS_H_

#include <stdint.h>

#include "tc_dsp.h"
#include "tc_kernel.h"

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

/* sum[c] of one pixel, for two channels and rows * run <= 511: the sums fit 32
 * bits. */
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

#endif /* TC_RUNS16_SUMS_H_ */
