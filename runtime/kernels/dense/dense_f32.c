/* SPDX-License-Identifier: Apache-2.0 */
/* Float fully connected layer for any processor: blocks of 4 outputs.  Products
 * are summed in runs, and then the runs: the rounding errors of a long sum grow
 * with the length of the run instead of that of the sum. */
#include "dense/dense.h"
#include "tc_kernel.h"

#define TC_DENSE_F32_RUN 64

TC_KERNEL void tc_dense_f32(const tc_dense_shape *s, const tc_act_f32 *act,
                            const float *x, const float *w, const float *bias,
                            float *y) {
  int32_t r;
  int32_t o;
  int32_t i;
  int32_t end;
  for (r = 0; r < s->rows; ++r) {
    const float *ws = w;
    for (o = 0; o + 4 <= s->out; o += 4) {
      float a0 = bias[o], a1 = bias[o + 1], a2 = bias[o + 2], a3 = bias[o + 3];
      for (i = 0; i < s->in;) {
        float b0 = 0.0f, b1 = 0.0f, b2 = 0.0f, b3 = 0.0f;
        end = s->in - i > TC_DENSE_F32_RUN ? i + TC_DENSE_F32_RUN : s->in;
        for (; i < end; ++i) {
          const float v = x[i];
          b0 += v * ws[0];
          b1 += v * ws[1];
          b2 += v * ws[2];
          b3 += v * ws[3];
          ws += 4;
        }
        a0 += b0;
        a1 += b1;
        a2 += b2;
        a3 += b3;
      }
      y[o] = tc_activate(a0, act);
      y[o + 1] = tc_activate(a1, act);
      y[o + 2] = tc_activate(a2, act);
      y[o + 3] = tc_activate(a3, act);
    }
    /* The last block has fewer outputs: ws[i][0 .. last - 1]. */
    {
      const int32_t last = s->out - o;
      int32_t c;
      for (c = 0; c < last; ++c) {
        float acc = bias[o + c];
        for (i = 0; i < s->in;) {
          float run = 0.0f;
          end = s->in - i > TC_DENSE_F32_RUN ? i + TC_DENSE_F32_RUN : s->in;
          for (; i < end; ++i) run += x[i] * ws[i * last + c];
          acc += run;
        }
        y[o + c] = tc_activate(acc, act);
      }
    }
    x += s->in;
    y += s->out;
  }
}
