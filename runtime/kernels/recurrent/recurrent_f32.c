/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float recurrent layer for any processor: blocks of 4 rows of the weights.
 */
#include "recurrent/recurrent.h"
#include "recurrent/recurrent_steps.h"
#include "tc_kernel.h"

/* One copy for all layers: its loops are long, its bounds few. */
TC_NOINLINE static void tc_recurrent_mac(int32_t gates, int32_t hidden,
                                         int32_t n, const float *w,
                                         const float *x, float *y) {
  int32_t g, o, i, c;
  for (g = 0; g < gates; ++g) {
    for (o = 0; o + 4 <= hidden; o += 4) {
      float a0 = y[o], a1 = y[o + 1], a2 = y[o + 2], a3 = y[o + 3];
      for (i = 0; i < n; ++i) {
        const float v = x[i];
        a0 += v * w[0];
        a1 += v * w[1];
        a2 += v * w[2];
        a3 += v * w[3];
        w += 4;
      }
      y[o] = a0, y[o + 1] = a1, y[o + 2] = a2, y[o + 3] = a3;
    }
    /* The last block has fewer rows: w[i][0 .. hidden - o - 1]. */
    for (i = 0; i < n; ++i) {
      for (c = o; c < hidden; ++c) y[c] += x[i] * *w++;
    }
    y += hidden;
  }
}

TC_NOINLINE static void tc_recurrent_mac2(int32_t gates, int32_t hidden,
                                          int32_t n, const float *w,
                                          const float *x0, const float *x1,
                                          float *y0, float *y1) {
  int32_t g, o, i, c;
  for (g = 0; g < gates; ++g) {
    for (o = 0; o + 4 <= hidden; o += 4) {
      float a0 = y0[o], a1 = y0[o + 1], a2 = y0[o + 2], a3 = y0[o + 3];
      float b0 = y1[o], b1 = y1[o + 1], b2 = y1[o + 2], b3 = y1[o + 3];
      for (i = 0; i < n; ++i) {
        const float u = x0[i];
        const float v = x1[i];
        a0 += u * w[0], b0 += v * w[0];
        a1 += u * w[1], b1 += v * w[1];
        a2 += u * w[2], b2 += v * w[2];
        a3 += u * w[3], b3 += v * w[3];
        w += 4;
      }
      y0[o] = a0, y0[o + 1] = a1, y0[o + 2] = a2, y0[o + 3] = a3;
      y1[o] = b0, y1[o + 1] = b1, y1[o + 2] = b2, y1[o + 3] = b3;
    }
    for (i = 0; i < n; ++i) {
      for (c = o; c < hidden; ++c) {
        y0[c] += x0[i] * *w;
        y1[c] += x1[i] * *w++;
      }
    }
    y0 += hidden;
    y1 += hidden;
  }
}

TC_KERNEL void tc_recurrent_f32(const tc_recurrent_shape *s,
                                const tc_recurrent_direction *d, const float *x,
                                const float *w, const float *r, const float *b,
                                const int32_t *lengths, const float *h0,
                                const float *c0, const float *p, float *scratch,
                                float *y, float *h, float *c) {
  tc_recurrent_run(tc_recurrent_mac, tc_recurrent_mac2, s, d, x, w, r, b,
                   lengths, h0, c0, p, scratch, y, h, c);
}
