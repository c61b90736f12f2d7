/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums of many floats in single precision, after Kahan: what a step rounds off
 * is given back in the next, so that the error does not grow with the number of
 * terms.  Double would do the same where hardware has it.
 */
#ifndef TC_SUM_H_
#define TC_SUM_H_

#include "tc_kernel.h"

typedef struct {
  float sum;
  float excess; /* by which `sum` is too great */
} tc_sum;

TC_INLINE tc_sum tc_sum_begin(void) {
  tc_sum s;
  s.sum = 0.0f;
  s.excess = 0.0f;
  return s;
}

TC_INLINE tc_sum tc_sum_add(tc_sum s, float a) {
  const float term = a - s.excess;
  const float sum = s.sum + term;
  const float excess = (sum - s.sum) - term;
  /* An infinite sum has none. */
  s.excess = excess - excess == 0.0f ? excess : 0.0f;
  s.sum = sum;
  return s;
}

#endif /* TC_SUM_H_ */
