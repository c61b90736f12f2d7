// SPDX-License-Identifier: Apache-2.0
// An input of the model that is handed in row by row.
#ifndef TINYC_COMPILER_OPS_READ_ROWS_H_
#define TINYC_COMPILER_OPS_READ_ROWS_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

class Value;

// y = x, of batch 1 and at least three dimensions.  A row is one of the
// y.shape[1] parts of y.  Where x is an input of the model, emitted C has no
// buffer of it but asks the caller for each row once, from the first to the
// last.  input-rows adds it.
struct ReadRows final : OpBase<ReadRows> {
  static constexpr absl::string_view kName = "read_rows";
  static constexpr Operand kOperands[] = {{"x"}};

  // x is [1, C, H, W] and y [1, H, W, C]: the caller hands in pixels.
  bool planar = false;

  static constexpr auto kAttrs = std::tuple{Attr{"planar", &ReadRows::planar}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The node that reads all there is of `input`, an input of the model, row by
// row; null when the caller has a buffer of it.
const Node* ReaderOf(const Value& input);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_READ_ROWS_H_
