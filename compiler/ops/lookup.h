// SPDX-License-Identifier: Apache-2.0
// Any function of one quantized value of 8 bits, as a table.
#ifndef TINYC_COMPILER_OPS_LOOKUP_H_
#define TINYC_COMPILER_OPS_LOOKUP_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// y[i] = table[x[i] - least]: x stores s8 or u8, of which `least` is the least
// number; the table is a constant of 256 numbers of the type of y, which stores
// what x does.
struct Lookup final : OpBase<Lookup> {
  static constexpr absl::string_view kName = "lookup";
  static constexpr Operand kOperands[] = {{"x"}, {"table"}};
  static constexpr std::tuple<> kAttrs = {};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_LOOKUP_H_
