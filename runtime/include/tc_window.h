/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sliding window lies over an input that is padded at both ends: the
 * geometry of one spatial axis, shared by convolutions and pooling.
 */
#ifndef TC_WINDOW_H_
#define TC_WINDOW_H_

#include <stdint.h>

#include "tc_kernel.h"

/* The numbers first .. last - 1; empty when last == first. */
typedef struct {
  int32_t first;
  int32_t last;
} tc_range;

/* The least k >= 0 with k * step >= v, for step > 0. */
TC_INLINE int32_t tc_steps_to(int32_t v, int32_t step) {
  if (v <= 0) return 0;
  return step == 1 ? v : (v + step - 1) / step;
}

/*
 * The taps of a window that lie inside the input: those k of 0 .. kernel - 1
 * with 0 <= start + k * dilation < size.
 */
TC_INLINE tc_range tc_valid_taps(int32_t start, int32_t kernel,
                                 int32_t dilation, int32_t size) {
  tc_range taps;
  taps.first = tc_min(tc_steps_to(-start, dilation), kernel);
  taps.last = tc_min(tc_steps_to(size - start, dilation), kernel);
  taps.last = tc_max(taps.last, taps.first);
  return taps;
}

/* The output positions whose windows lie inside the input altogether. */
TC_INLINE tc_range tc_interior(int32_t out, int32_t stride, int32_t pad,
                               int32_t kernel, int32_t dilation, int32_t size) {
  const int32_t room = size + pad - (kernel - 1) * dilation;
  tc_range inside;
  inside.first = tc_min(tc_steps_to(pad, stride), out);
  inside.last = tc_min(tc_steps_to(room, stride), out);
  inside.last = tc_max(inside.last, inside.first);
  return inside;
}

#endif /* TC_WINDOW_H_ */
