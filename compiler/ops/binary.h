// SPDX-License-Identifier: Apache-2.0
// Functions of two elements, with broadcasting as in numpy.  THE list of them
// is the table in binary_rows.cc: every row is an operator.
#ifndef TINYC_COMPILER_OPS_BINARY_H_
#define TINYC_COMPILER_OPS_BINARY_H_

#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/op.h"

namespace tinyc {

struct BinaryRow {
  // What the function is on quantized numbers.
  enum class Quantized { kNone, kSum, kDifference, kProduct, kSelection };
  // The plain operands: kNumbers are all but bool, kBits all but floats.
  enum class Takes { kNumbers, kIntegers, kBits, kAll };
  absl::string_view name;  // "add"
  Quantized quantized;
  double (*real)(double, double);
  // On signed integers, which wrap, and on bool; and on unsigned integers.
  int64_t (*whole)(int64_t, int64_t);
  uint64_t (*natural)(uint64_t, uint64_t);
  Takes takes = Takes::kNumbers;
  bool compares = false;  // the result is a bool
};

absl::Span<const BinaryRow> BinaryRows();

// y = f(a, b) elementwise, of the operands' type; of a comparison, a bool.
// Integers wrap, a quotient of integers truncates, and a division by 0 gives 0,
// its remainder too.  Quantized sums and products follow docs/numbers.md; min
// and max select, so that all have one scale.
class Binary final : public OpBase<Binary> {
 public:
  static constexpr absl::string_view kName = "binary";  // name() is the row's
  static constexpr Operand kOperands[] = {{"a"}, {"b"}};
  static constexpr std::tuple<> kAttrs = {};

  Binary();  // of the first row
  explicit Binary(const BinaryRow* row) : row_(row) {}

  const BinaryRow& row() const { return *row_; }

  absl::string_view name() const override { return row_->name; }
  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  const BinaryRow* row_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_BINARY_H_
