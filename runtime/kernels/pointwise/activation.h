/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one element with parameters: y[i] = f(x[i]).  y may be x. */
#ifndef TC_ACTIVATION_H_
#define TC_ACTIVATION_H_

#include <math.h>
#include <stdint.h>

#include "pointwise/unary.h"
#include "tc_kernel.h"

typedef struct {
  float alpha;
  float beta; /* not every function has it */
} tc_activation;

#define TC_ACTIVATION_PROTO(symbol, T, expr) \
  void symbol(const tc_unary_shape *s, const tc_activation *p, const T *x, T *y)

/* y = expr, of the element a, alpha and beta. */
#define TC_ACTIVATION(symbol, T, expr)             \
  TC_KERNEL TC_ACTIVATION_PROTO(symbol, T, expr) { \
    const T alpha = (T)p->alpha;                   \
    const T beta = (T)p->beta;                     \
    int32_t i;                                     \
    (void)beta;                                    \
    for (i = 0; i < s->n; ++i) {                   \
      const T a = x[i];                            \
      y[i] = (expr);                               \
    }                                              \
  }

#endif /* TC_ACTIVATION_H_ */
