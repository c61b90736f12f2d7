/* SPDX-License-Identifier: Apache-2.0 */
/* Logarithm of the float softmax: x - max - log(sum of exp(x - max)). */
#include <math.h>

#include "softmax/softmax.h"
#include "tc_kernel.h"

TC_KERNEL void tc_log_softmax_f32(const tc_softmax_shape *s, const float *x,
                                  float *y) {
  int32_t o;
  int32_t i;
  int32_t k;
  for (o = 0; o < s->outer; ++o) {
    for (i = 0; i < s->inner; ++i) {
      float max = x[i];
      double sum = 0.0;
      float log_sum;
      for (k = 1; k < s->n; ++k) {
        const float v = x[k * s->inner + i];
        max = v > max ? v : max;
      }
      for (k = 0; k < s->n; ++k) sum += expf(x[k * s->inner + i] - max);
      log_sum = logf((float)sum);
      for (k = 0; k < s->n; ++k) {
        y[k * s->inner + i] = x[k * s->inner + i] - max - log_sum;
      }
    }
    x += s->n * s->inner;
    y += s->n * s->inner;
  }
}
