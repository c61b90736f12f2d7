// SPDX-License-Identifier: Apache-2.0
// Functions of one element with one or two parameters.  THE list of them is the
// table in activation.cc: every row is an operator.
#ifndef TINYC_COMPILER_OPS_ACTIVATION_H_
#define TINYC_COMPILER_OPS_ACTIVATION_H_

#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/op.h"

namespace tinyc {

struct ActivationRow {
  absl::string_view name;  // "elu"
  double (*real)(double x, double alpha, double beta);
};

absl::Span<const ActivationRow> ActivationRows();

// y[i] = f(x[i]; alpha, beta) on floats, and on quantized integers as the
// function of their real values, rounded to the nearest (ties to even).
class Activation final : public OpBase<Activation> {
 public:
  static constexpr absl::string_view kName = "activation";  // see name()
  static constexpr Operand kOperands[] = {{"x"}};

  float alpha = 1;
  float beta = 0;  // not every function has it

  static constexpr auto kAttrs = std::tuple{Attr{"alpha", &Activation::alpha},
                                            Attr{"beta", &Activation::beta}};

  Activation();  // of the first row
  explicit Activation(const ActivationRow* row) : row_(row) {}

  absl::string_view name() const override { return row_->name; }
  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kTable};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;

 private:
  const ActivationRow* row_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_ACTIVATION_H_
