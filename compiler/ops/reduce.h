// SPDX-License-Identifier: Apache-2.0
// Dimensions folded away.  THE list of the ways is the table in reduce.cc:
// every row is an operator.
#ifndef TINYC_COMPILER_OPS_REDUCE_H_
#define TINYC_COMPILER_OPS_REDUCE_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

struct ReduceRow {
  enum class Kind {
    kSum,
    kMean,
    kProduct,
    kMax,
    kMin,
    kAbsoluteSum,
    kSquareSum,
    kLogSumExp
  };
  absl::string_view name;  // "reduce_mean"
  Kind kind;
};

// Folds the elements along `axes` into one.  Integers wrap in a sum or product,
// and a mean of integers truncates.  A NaN makes the result one.  The maximum
// of nothing is the least number of the type, the minimum the greatest; the
// mean of no floats is a NaN.  Of bool there are a maximum and a minimum.
// Quantized sums and means are rounded once, as docs/numbers.md says; a maximum
// or minimum keeps the scale.
class Reduce final : public OpBase<Reduce> {
 public:
  static constexpr absl::string_view kName = "reduce";  // name() is the row's
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> axes;  // negative: counted from the end; empty: all
  bool keepdims = true;       // a folded dimension has one element, or is gone

  static constexpr auto kAttrs = std::tuple{
      Attr{"axes", &Reduce::axes}, Attr{"keepdims", &Reduce::keepdims}};

  Reduce();  // of the first row
  explicit Reduce(const ReduceRow* row) : row_(row) {}

  const ReduceRow& row() const { return *row_; }

  absl::string_view name() const override { return row_->name; }
  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  bool Selects() const;  // one of the elements
  bool HasIntegerForm() const;
  // s_x / s_y of a sum of `n` elements, s_x / (s_y * n) of their mean.
  double Ratio(const TensorType& x, const TensorType& y, int64_t n) const;

  const ReduceRow* row_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_REDUCE_H_
