// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "compiler/base/text.h"

namespace tinyc {
namespace {

// The distance from 1 to the next value of a floating-point type.
double StepAtOne(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 0x1p-10;
    case DType::kBF16:
      return 0x1p-7;
    case DType::kF8E4M3FN:
    case DType::kF8E4M3FNUZ:
      return 0x1p-3;
    case DType::kF8E5M2:
    case DType::kF8E5M2FNUZ:
      return 0x1p-2;
    case DType::kF4E2M1:
      return 0x1p-1;
    case DType::kF8E8M0:
      return 1;
    default:
      return 0;
  }
}

bool Same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

// Integers of 64 bits are exact only through IntAt.
bool SameElement(const Tensor& a, const Tensor& b, int64_t i) {
  if (IsFloat(a.dtype())) return Same(a.At(i), b.At(i));
  return a.IntAt(i) == b.IntAt(i);
}

double DifferenceAt(const Tensor& a, const Tensor& b, int64_t i) {
  const double difference = std::fabs(a.At(i) - b.At(i));
  if (!std::isfinite(difference)) {
    return std::numeric_limits<double>::infinity();
  }
  if (IsFloat(a.dtype()) || InfoOf(a.dtype()).bits < 64) return difference;
  return std::max(difference, 1.0);  // two that one double stands for
}

std::string ElementText(const Tensor& tensor, int64_t i) {
  if (!IsFloat(tensor.dtype())) {
    const int64_t value = tensor.IntAt(i);
    return tensor.dtype() == DType::kU64
               ? absl::StrCat(static_cast<uint64_t>(value))
               : absl::StrCat(value);
  }
  return tensor.dtype() == DType::kF64
             ? DoubleText(tensor.At(i))
             : FloatText(static_cast<float>(tensor.At(i)));
}

}  // namespace

void Comparison::Add(const Comparison& other) {
  if (first_beyond < 0 && other.first_beyond >= 0) {
    first_beyond = elements + other.first_beyond;
  }
  elements += other.elements;
  different += other.different;
  max_difference = std::max(max_difference, other.max_difference);
  largest = std::max(largest, other.largest);
}

double Percent(const Comparison& comparison) {
  if (comparison.elements == 0) return 0;
  return 100.0 * static_cast<double>(comparison.different) /
         static_cast<double>(comparison.elements);
}

double Tolerance(DType dtype) {
  return IsFloat(dtype) ? std::max(1e-5, 2 * StepAtOne(dtype)) : 0;
}

Comparison Compare(const Tensor& expected, const Tensor& actual) {
  TINYC_CHECK(expected.dtype() == actual.dtype());
  TINYC_CHECK(expected.size() == actual.size());
  Comparison result;
  result.elements = expected.size();
  for (int64_t i = 0; i < expected.size(); ++i) {
    const double magnitude = std::fabs(expected.At(i));
    if (std::isfinite(magnitude)) {
      result.largest = std::max(result.largest, magnitude);
    }
  }
  const double allowed = Tolerance(expected.dtype()) * result.largest;
  for (int64_t i = 0; i < expected.size(); ++i) {
    if (SameElement(expected, actual, i)) continue;
    const double difference = DifferenceAt(expected, actual, i);
    ++result.different;
    result.max_difference = std::max(result.max_difference, difference);
    if (difference > allowed && result.first_beyond < 0) {
      result.first_beyond = i;
    }
  }
  return result;
}

std::string DescribeDifference(const std::string& what, int64_t element,
                               const Tensor& expected, const Tensor& actual) {
  const Shape strides = RowMajorStrides(expected.shape());
  Shape index;
  int64_t rest = element;
  for (const int64_t stride : strides) {
    index.push_back(rest / stride);
    rest %= stride;
  }
  return absl::StrCat(what, " differs first at ", ToString(index), ": ",
                      ElementText(actual, element), ", the reference says ",
                      ElementText(expected, element));
}

}  // namespace tinyc
