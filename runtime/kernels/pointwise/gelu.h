/* SPDX-License-Identifier: Apache-2.0 */
/* Gelu, its form by tanh, and mish: smooth relatives of relu. */
#ifndef TC_GELU_H_
#define TC_GELU_H_

#include <math.h>

#include "pointwise/unary.h"
#include "tc_kernel.h"

/* -sqrt(1/2), and for gelu by tanh -2 * sqrt(2 / pi) and that times 0.044715:
 * 0.5 * (1 + tanh(u)) is 1 / (1 + exp(-2 * u)). */
#define TC_MINUS_SQRT1_2 (-0.70710678118654752)
#define TC_GELU_A (-1.5957691216057308)
#define TC_GELU_B (-0.071354816272600249)

/* tanh(log(1 + e)), the factor of mish, from e = exp(x). */
TC_INLINE float tc_mish_gate_f32(float e) {
  const float n = e * (e + 2.0f);
  return n / (n + 2.0f);
}

TC_INLINE double tc_mish_gate_f64(double e) {
  const double n = e * (e + 2.0);
  return n / (n + 2.0);
}

#endif /* TC_GELU_H_ */
