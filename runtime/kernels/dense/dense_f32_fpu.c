/* SPDX-License-Identifier: Apache-2.0 */
/* Float fully connected layer for microcontrollers with a float unit: blocks of
 * 4 outputs by tc_fpu.h, summed in runs as in dense_f32.c. */
#include "dense/dense.h"
#include "tc_fpu.h"
#include "tc_kernel.h"

#define TC_DENSE_F32_FPU_RUN 64

/* sums[c] += the products of a run of one row, for `width` outputs <= 4. */
TC_INLINE void tc_dense_f32_fpu_run(const float *x, const float *w, int32_t run,
                                    int32_t width, float *sums) {
  int32_t k;
  int32_t c;
  if (width == 4) {
    tc_fpu_job job;
    job.x = x;
    job.step = 0;
    job.w = w;
    job.rows = 1;
    job.run = run;
    job.x_gap = job.w_gap = 0;
    job.sums = sums;
    tc_fpu_one(&job);
    return;
  }
  for (k = 0; k < run; ++k) {
    for (c = 0; c < width; ++c) sums[c] += x[k] * *w++;
  }
}

TC_KERNEL void tc_dense_f32_fpu(const tc_dense_shape *s, const tc_act_f32 *act,
                                const float *x, const float *w,
                                const float *bias, float *y) {
  int32_t r;
  int32_t o;
  for (r = 0; r < s->rows; ++r) {
    for (o = 0; o < s->out; o += 4) {
      const int32_t width = s->out % 4 == 0 ? 4 : tc_min(4, s->out - o);
      float total[4];
      int32_t i;
      int32_t c;
      for (c = 0; c < width; ++c) total[c] = bias[o + c];
      for (i = 0; i < s->in; i += TC_DENSE_F32_FPU_RUN) {
        float sums[4] = {0};
        tc_dense_f32_fpu_run(x + i, w + o * s->in + i * width,
                             tc_min(TC_DENSE_F32_FPU_RUN, s->in - i), width,
                             sums);
        for (c = 0; c < width; ++c) total[c] += sums[c];
      }
      for (c = 0; c < width; ++c) y[o + c] = tc_activate(total[c], act);
    }
    x += s->in;
    y += s->out;
  }
}
