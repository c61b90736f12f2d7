// SPDX-License-Identifier: Apache-2.0
// How far two tensors are apart.
#ifndef TINYC_TOOLS_DRIVER_COMPARE_H_
#define TINYC_TOOLS_DRIVER_COMPARE_H_

#include <cstdint>
#include <string>

#include "compiler/ir/tensor.h"

namespace tinyc {

struct Comparison {
  int64_t elements = 0;
  int64_t different = 0;  // elements that are not the same value
  // The largest absolute difference, in stored units: for quantized tensors,
  // of one step.  Infinite where one is NaN or infinite and the other is not
  // the same.
  double max_difference = 0;
  double largest = 0;  // the largest finite magnitude that is expected
  // The first element beyond Tolerance, or -1.
  int64_t first_beyond = -1;

  // Joins the comparison of further elements.
  void Add(const Comparison& other);
};

// The share of elements that are not the same, in percent.
double Percent(const Comparison& comparison);

// What integers and floats may differ by and still agree.  Integers and bool:
// 0.  Floats: this many times the largest magnitude that is expected of the
// tensor, 1e-5 or two steps of a shorter type, as rounding of partial sums is
// proportional to these.
double Tolerance(DType dtype);

// Two tensors of one element type and one size.  -0 is the same as 0, and NaN
// the same as NaN.
Comparison Compare(const Tensor& expected, const Tensor& actual);

// `output "prob" differs first at [0,3]: 17, the reference says 18`, for an
// element of two such tensors, named `what`.
std::string DescribeDifference(const std::string& what, int64_t element,
                               const Tensor& expected, const Tensor& actual);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_COMPARE_H_
