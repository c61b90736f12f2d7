// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/if.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"

namespace tinyc {

void RegisterIf(OpRegistry& registry) { registry.Add(std::make_unique<If>()); }

absl::StatusOr<std::vector<TensorType>> If::InferTypes(
    const InferArgs& args) const {
  const TensorType& cond = *args.in[0];
  if (cond.dtype != DType::kBool || cond.num_elements() != 1) {  // if_c1
    return Invalid("the condition is ", ToString(cond), ", not one bool");
  }
  if (args.regions.size() != 2) {  // if_c2
    return Invalid("if has ", args.regions.size(), " regions, not 2");
  }
  const absl::Span<const TensorType* const> captures = args.in.subspan(1);
  std::vector<TensorType> results[2];
  for (size_t r = 0; r < 2; ++r) {
    const Graph& region = *args.regions[r];
    if (region.inputs().size() != captures.size()) {  // if_c3
      return Invalid("region ", r, " has ", region.inputs().size(),
                     " inputs, the node ", captures.size(), " captures");
    }
    for (size_t i = 0; i < captures.size(); ++i) {
      if (!(region.inputs()[i]->type() == *captures[i])) {  // if_c4
        return Invalid("input ", i, " of region ", r, " is ",
                       ToString(region.inputs()[i]->type()), ", the capture ",
                       ToString(*captures[i]));
      }
    }
    for (const Value* output : region.outputs()) {
      results[r].push_back(output->type());
    }
  }
  if (!(results[0] == results[1])) {  // if_c5
    return Invalid("the two regions differ in the types of their results");
  }
  return results[0];
}

absl::Status If::Evaluate(const EvalArgs& args) const {
  const size_t chosen = args.in[0]->IntAt(0) != 0 ? 0 : 1;
  TINYC_ASSIGN_OR_RETURN(std::vector<Tensor> results,
                         args.run(args.regions[chosen], args.in.subspan(1)));
  for (size_t i = 0; i < results.size(); ++i) {
    *args.out[i] = std::move(results[i]);
  }
  return absl::OkStatus();
}

int64_t If::Macs(const Node& node) const {
  int64_t most = 0;
  for (const auto& region : node.regions()) {
    int64_t macs = 0;
    for (const auto& inner : region->nodes()) macs += inner->op().Macs(*inner);
    most = std::max(most, macs);
  }
  return most;
}

}  // namespace tinyc
