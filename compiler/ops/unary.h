// SPDX-License-Identifier: Apache-2.0
// Functions of one element.  THE list of them is the table in unary_rows.cc:
// every row is an operator.
#ifndef TINYC_COMPILER_OPS_UNARY_H_
#define TINYC_COMPILER_OPS_UNARY_H_

#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/op.h"

namespace tinyc {

struct UnaryRow {
  // The plain numbers that x may be: floats; floats and signed integers; all
  // but bool; all but floats.
  enum class Takes { kFloats, kSigned, kNumbers, kBits };
  absl::string_view name;  // "relu"
  Takes takes;
  double (*real)(double);  // null: no function of floats
  // On integers: bits of the number, sign-extended, and whether it is below 0.
  // Wraps.  Null: no function of integers.
  uint64_t (*whole)(uint64_t bits, bool negative) = nullptr;
  bool asks = false;  // the result is a bool
};

absl::Span<const UnaryRow> UnaryRows();

// y[i] = f(x[i]), of the type of x; of a question, a bool.  On quantized
// integers f is the function of their real values, rounded to the nearest (ties
// to even).
class Unary final : public OpBase<Unary> {
 public:
  static constexpr absl::string_view kName = "unary";  // name() is the row's
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr std::tuple<> kAttrs = {};

  Unary();  // of the first row
  explicit Unary(const UnaryRow* row) : row_(row) {}

  const UnaryRow& row() const { return *row_; }

  absl::string_view name() const override { return row_->name; }
  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = row_->real == nullptr || row_->asks
                        ? QuantRule::Kind::kFloatOnly
                        : QuantRule::Kind::kTable};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  const UnaryRow* row_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_UNARY_H_
