// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/functional/function_ref.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/window.h"

namespace tinyc {
namespace {

using Kind = ReduceRow::Kind;

constexpr ReduceRow kRows[] = {
    {"reduce_sum", Kind::kSum},
    {"reduce_mean", Kind::kMean},
    {"reduce_prod", Kind::kProduct},
    {"reduce_max", Kind::kMax},
    {"reduce_min", Kind::kMin},
    {"reduce_l1", Kind::kAbsoluteSum},
    {"reduce_sum_square", Kind::kSquareSum},
    {"reduce_log_sum_exp", Kind::kLogSumExp},
};

// Whether element `i` takes the place of element `j` as the extreme one.
bool Beats(const Tensor& x, int64_t i, int64_t j, bool greatest) {
  if (IsFloat(x.dtype())) {
    if (std::isnan(x.At(i)) || std::isnan(x.At(j))) return !std::isnan(x.At(j));
    return greatest ? x.At(i) > x.At(j) : x.At(i) < x.At(j);
  }
  if (x.dtype() == DType::kU64) {
    const auto a = static_cast<uint64_t>(x.IntAt(i));
    const auto b = static_cast<uint64_t>(x.IntAt(j));
    return greatest ? a > b : a < b;
  }
  return greatest ? x.IntAt(i) > x.IntAt(j) : x.IntAt(i) < x.IntAt(j);
}

// The maximum or minimum of nothing.
void SetIdentity(Tensor& y, int64_t o, bool greatest) {
  const DType dtype = y.dtype();
  if (IsFloat(dtype)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return y.Set(o, greatest ? -infinity : infinity);
  }
  if (dtype == DType::kBool) return y.SetInt(o, greatest ? 0 : 1);
  const uint64_t sign = uint64_t{1} << (InfoOf(dtype).bits - 1);
  const uint64_t least = IsUnsigned(dtype) ? 0 : sign;
  y.SetInt(o, Wrapped(dtype, greatest ? least : ~least));
}

double LogSumExp(const Tensor& x, absl::Span<const int64_t> elements) {
  double greatest = -std::numeric_limits<double>::infinity();
  for (const int64_t at : elements) greatest = std::max(greatest, x.At(at));
  if (std::isinf(greatest)) {
    // The sum is 0 or infinite, unless there is a NaN.
    double sum = greatest;
    for (const int64_t at : elements) {
      if (std::isnan(x.At(at))) sum = x.At(at);
    }
    return sum;
  }
  double sum = 0;
  for (const int64_t at : elements) sum += std::exp(x.At(at) - greatest);
  return greatest + std::log(sum);
}

// The fold of plain floats.
double RealFold(const Tensor& x, absl::Span<const int64_t> elements,
                Kind kind) {
  if (kind == Kind::kLogSumExp) return LogSumExp(x, elements);
  double acc = kind == Kind::kProduct ? 1 : 0;
  for (const int64_t at : elements) {
    const double a = x.At(at);
    acc = kind == Kind::kProduct       ? acc * a
          : kind == Kind::kAbsoluteSum ? acc + std::fabs(a)
          : kind == Kind::kSquareSum   ? acc + a * a
                                       : acc + a;
  }
  return kind == Kind::kMean ? acc / static_cast<double>(elements.size()) : acc;
}

// The fold of plain integers, modulo 2^64.
uint64_t WholeFold(const Tensor& x, absl::Span<const int64_t> elements,
                   Kind kind) {
  uint64_t acc = kind == Kind::kProduct ? 1 : 0;
  for (const int64_t at : elements) {
    const auto a = static_cast<uint64_t>(x.IntAt(at));
    const bool negative = x.IntAt(at) < 0 && !IsUnsigned(x.dtype());
    acc = kind == Kind::kProduct       ? acc * a
          : kind == Kind::kAbsoluteSum ? acc + (negative ? 0 - a : a)
          : kind == Kind::kSquareSum   ? acc + a * a
                                       : acc + a;
  }
  if (kind != Kind::kMean) return acc;
  const uint64_t n = elements.size();
  if (IsUnsigned(x.dtype())) return acc / n;
  return static_cast<uint64_t>(static_cast<int64_t>(acc) /
                               static_cast<int64_t>(n));
}

// Calls visit(o, offsets of the elements of x folded into element o of y).
void ForEachFold(
    const Shape& x, const std::vector<bool>& folded,
    absl::FunctionRef<void(int64_t, absl::Span<const int64_t>)> visit) {
  const Shape strides = RowMajorStrides(x);
  Shape kept_dims, kept_strides, folded_dims, folded_strides;
  for (size_t d = 0; d < x.size(); ++d) {
    (folded[d] ? folded_dims : kept_dims).push_back(x[d]);
    (folded[d] ? folded_strides : kept_strides).push_back(strides[d]);
  }
  int64_t o = 0;
  std::vector<int64_t> elements;
  ForEachIndex(kept_dims, [&](absl::Span<const int64_t> kept) {
    elements.clear();
    const int64_t base = OffsetOf(kept, kept_strides);
    ForEachIndex(folded_dims, [&](absl::Span<const int64_t> index) {
      elements.push_back(base + OffsetOf(index, folded_strides));
    });
    visit(o++, elements);
  });
}

}  // namespace

void RegisterReduce(OpRegistry& registry) {
  for (const ReduceRow& row : kRows) {
    registry.Add(std::make_unique<Reduce>(&row));
  }
}

Reduce::Reduce() : row_(&kRows[0]) {}

bool Reduce::Selects() const {
  return row_->kind == Kind::kMax || row_->kind == Kind::kMin;
}

bool Reduce::HasIntegerForm() const {
  return Selects() || row_->kind == Kind::kSum || row_->kind == Kind::kMean;
}

double Reduce::Ratio(const TensorType& x, const TensorType& y,
                     int64_t n) const {
  const double y_scale = y.quant->scale[0];
  return double{x.quant->scale[0]} / (row_->kind == Kind::kMean
                                          ? y_scale * static_cast<double>(n)
                                          : y_scale);
}

absl::StatusOr<std::vector<TensorType>> Reduce::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const std::vector<bool> folded,  // reduce_c1
                         AxisMask(axes, x.rank()));
  Shape shape;
  int64_t n = 1;
  for (size_t d = 0; d < folded.size(); ++d) {
    if (!folded[d] || keepdims) shape.push_back(folded[d] ? 1 : x.shape[d]);
    if (folded[d]) n *= x.shape[d];
  }
  const bool takes = x.dtype == DType::kBool ? Selects()
                     : row_->kind == Kind::kLogSumExp
                         ? IsFloat(x.dtype) || x.quantized()
                         : true;
  if (!takes) {  // reduce_c2
    return Invalid(name(), " takes no ", InfoOf(x.dtype).text);
  }
  if (n == 0 &&
      (x.quantized() || (row_->kind == Kind::kMean && !IsFloat(x.dtype)))) {
    return Invalid(name(), " folds no elements");  // reduce_c3
  }
  if (x.quantized() && !HasIntegerForm()) {  // reduce_c4
    return Invalid(name(), " has no integer form");
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // reduce_c5
  ElemType elem = x.elem();
  if (!Selects()) {  // reduce_c6
    TINYC_ASSIGN_OR_RETURN(elem,
                           FreeResult(args.in, args.WantedOr(0, x.elem())));
  }
  return std::vector{TensorType(elem, std::move(shape))};
}

absl::Status Reduce::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const std::vector<bool> folded,
                         AxisMask(axes, x.type().rank()));
  if (Selects()) {
    ForEachFold(x.shape(), folded,
                [&](int64_t o, absl::Span<const int64_t> elements) {
                  if (elements.empty()) {
                    return SetIdentity(y, o, row_->kind == Kind::kMax);
                  }
                  int64_t chosen = elements[0];
                  for (const int64_t at : elements) {
                    if (Beats(x, at, chosen, row_->kind == Kind::kMax)) {
                      chosen = at;
                    }
                  }
                  CopyElement(x, chosen, y, o);
                });
    return absl::OkStatus();
  }
  if (y.type().quantized()) {
    const int64_t n = x.size() / std::max<int64_t>(y.size(), 1);
    TINYC_ASSIGN_OR_RETURN(
        const FixedScale scale,
        RenderScale({Ratio(x.type(), y.type(), n)}, y.dtype(), 0));
    const int64_t x_zero = x.type().quant->zero_point[0];
    const int64_t y_zero = y.type().quant->zero_point[0];
    ForEachFold(x.shape(), folded,
                [&](int64_t o, absl::Span<const int64_t> elements) {
                  int64_t acc = 0;
                  for (const int64_t at : elements) acc += x.IntAt(at) - x_zero;
                  y.SetInt(o, Rescale(acc, scale, 0) + y_zero);
                });
    return absl::OkStatus();
  }
  ForEachFold(
      x.shape(), folded, [&](int64_t o, absl::Span<const int64_t> elements) {
        if (IsFloat(x.dtype())) {
          y.Set(o, RealFold(x, elements, row_->kind));
        } else {
          y.SetInt(o, Wrapped(y.dtype(), WholeFold(x, elements, row_->kind)));
        }
      });
  return absl::OkStatus();
}

QuantRule Reduce::Quantization() const {
  if (!HasIntegerForm()) return {.kind = QuantRule::Kind::kFloatOnly};
  return {.kind =
              Selects() ? QuantRule::Kind::kSameScale : QuantRule::Kind::kFree};
}

}  // namespace tinyc
