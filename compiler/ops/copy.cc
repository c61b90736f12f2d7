// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/copy.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"

namespace tinyc {

void RegisterCopy(OpRegistry& registry) {
  registry.Add(std::make_unique<Copy>());
}

absl::StatusOr<std::vector<TensorType>> Copy::InferTypes(
    const InferArgs& args) const {
  return std::vector{*args.in[0]};
}

absl::Status Copy::Evaluate(const EvalArgs& args) const {
  const absl::Span<const uint8_t> x = args.in[0]->bytes();
  std::copy(x.begin(), x.end(), args.out[0]->bytes().begin());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Copy::Lower(const Node& node) const {
  // Bytes, so that every element type has a kernel.
  return LowerCopy({{node.output()->type().bytes()}, {1}, {1}}, DType::kU8);
}

}  // namespace tinyc
