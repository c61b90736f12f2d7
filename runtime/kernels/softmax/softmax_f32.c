/* SPDX-License-Identifier: Apache-2.0 */
/* Float softmax.  The greatest element is taken off first, so that no
 * exponential overflows; the sum is carried in double. */
#include <math.h>

#include "softmax/softmax.h"
#include "tc_kernel.h"

TC_KERNEL void tc_softmax_f32(const tc_softmax_shape *s, const float *x,
                              float *y) {
  int32_t o;
  int32_t i;
  int32_t k;
  for (o = 0; o < s->outer; ++o) {
    for (i = 0; i < s->inner; ++i) {
      float max = x[i];
      double sum = 0.0;
      for (k = 1; k < s->n; ++k) {
        const float v = x[k * s->inner + i];
        max = v > max ? v : max;
      }
      for (k = 0; k < s->n; ++k) {
        const float e = expf(x[k * s->inner + i] - max);
        y[k * s->inner + i] = e;
        sum += e;
      }
      for (k = 0; k < s->n; ++k) {
        y[k * s->inner + i] = (float)(y[k * s->inner + i] / sum);
      }
    }
    x += s->n * s->inner;
    y += s->n * s->inner;
  }
}
