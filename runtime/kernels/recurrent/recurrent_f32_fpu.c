/* SPDX-License-Identifier: Apache-2.0 */
/* Float recurrent layer for microcontrollers with a float unit: blocks of 4
 * rows of the weights by tc_fpu.h. */
#include "recurrent/recurrent.h"
#include "recurrent/recurrent_steps.h"
#include "tc_fpu.h"
#include "tc_kernel.h"

/* The rows of a gate; x1 and y1: of a second input, or NULL. */
TC_INLINE void tc_recurrent_fpu_gate(int32_t hidden, int32_t n, const float *w,
                                     const float *x0, const float *x1,
                                     float *y0, float *y1) {
  tc_fpu_job job;
  float sums[8];
  int32_t o;
  int32_t i;
  int32_t c;
  job.x = x0;
  job.step = x1 == NULL ? 0 : (int32_t)(x1 - x0);
  job.rows = 1;
  job.run = n;
  job.x_gap = job.w_gap = 0;
  job.sums = sums;
  for (o = 0; o < hidden; o += 4) {
    const int32_t width = tc_min(4, hidden - o);
    for (c = 0; c < width; ++c) {
      sums[c] = y0[o + c];
      if (x1 != NULL) sums[4 + c] = y1[o + c];
    }
    job.w = w;
    if (width == 4 && x1 != NULL) {
      tc_fpu_two(&job);
    } else if (width == 4) {
      tc_fpu_one(&job);
    } else {
      for (i = 0; i < n; ++i) {
        for (c = 0; c < width; ++c) {
          sums[c] += x0[i] * w[i * width + c];
          if (x1 != NULL) sums[4 + c] += x1[i] * w[i * width + c];
        }
      }
    }
    for (c = 0; c < width; ++c) {
      y0[o + c] = sums[c];
      if (x1 != NULL) y1[o + c] = sums[4 + c];
    }
    w += n * width;
  }
}

/* One copy for all layers: its loops are long, its bounds few. */
TC_NOINLINE static void tc_recurrent_fpu_mac(int32_t gates, int32_t hidden,
                                             int32_t n, const float *w,
                                             const float *x, float *y) {
  int32_t g;
  for (g = 0; g < gates; ++g) {
    tc_recurrent_fpu_gate(hidden, n, w, x, NULL, y, NULL);
    w += n * hidden;
    y += hidden;
  }
}

TC_NOINLINE static void tc_recurrent_fpu_mac2(int32_t gates, int32_t hidden,
                                              int32_t n, const float *w,
                                              const float *x0, const float *x1,
                                              float *y0, float *y1) {
  int32_t g;
  for (g = 0; g < gates; ++g) {
    tc_recurrent_fpu_gate(hidden, n, w, x0, x1, y0, y1);
    w += n * hidden;
    y0 += hidden;
    y1 += hidden;
  }
}

TC_KERNEL void tc_recurrent_f32_fpu(
    const tc_recurrent_shape *s, const tc_recurrent_direction *d,
    const float *x, const float *w, const float *r, const float *b,
    const int32_t *lengths, const float *h0, const float *c0, const float *p,
    float *scratch, float *y, float *h, float *c) {
  tc_recurrent_run(tc_recurrent_fpu_mac, tc_recurrent_fpu_mac2, s, d, x, w, r,
                   b, lengths, h0, c0, p, scratch, y, h, c);
}
