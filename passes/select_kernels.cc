// SPDX-License-Identifier: Apache-2.0
// Gives every node its kernel calls, each the cheapest row of its family that
// the target runs.
//
//   %y = conv(%x, %w)  =>  %y = conv(%x, %w) using tc_conv2d_s8
//
// The option `<node output>=<symbol>` chooses the row for those calls of a node
// that are of its family or have a form that is (call_forms.h).  All nodes
// without a kernel are listed in one error, a line each.  A node with regions
// has no call of its own: each region becomes a body, which is lowered alike.
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "compiler/lowering/call_forms.h"
#include "compiler/lowering/map_kernel.h"
#include "compiler/ops/map.h"
#include "compiler/targets/registry.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

absl::StatusOr<const Kernel*> ChooseKernel(const KernelCall& call,
                                           const Target& target,
                                           const Kernel* wanted) {
  for (const Kernel* row : KernelsFor(call.family, target)) {
    if (row == wanted) return row;
  }
  if (wanted != nullptr && wanted->family == call.family) {
    return Invalid(wanted->symbol, " does not run on ", target.name);
  }
  const Kernel* best = CheapestKernel(call.family, target);
  if (best == nullptr) {
    return Unimplemented("there is no C kernel ", call.family);
  }
  return best;
}

absl::StatusOr<std::vector<LoweredCall>> LowerNode(const Node& node,
                                                   const Target& target,
                                                   absl::string_view symbol) {
  if (!node.regions().empty()) return std::vector<LoweredCall>();
  TINYC_ASSIGN_OR_RETURN(std::vector<KernelCall> calls, node.op().Lower(node));
  const Kernel* wanted = FindKernel(symbol);
  bool chosen = false;
  std::vector<LoweredCall> lowered;
  for (KernelCall& call : calls) {
    if (wanted != nullptr && wanted->family != call.family) {
      for (LoweredCall& form : FormsOf({call, nullptr}, target)) {
        if (form.call.family == wanted->family) call = std::move(form.call);
      }
    }
    TINYC_ASSIGN_OR_RETURN(const Kernel* kernel,
                           node.As<Map>() != nullptr
                               ? MapKernel(node)
                               : ChooseKernel(call, target, wanted));
    chosen = chosen || kernel == wanted;
    lowered.push_back({std::move(call), kernel});
  }
  if (!symbol.empty() && !chosen) {
    return Invalid(symbol, " is a kernel of none of its calls");
  }
  return lowered;
}

}  // namespace

absl::Status SelectKernels(Module& module, const PassOptions& options) {
  if (module.target == nullptr) module.target = FindTarget("generic");
  std::map<std::string, std::string> wanted = options.values();
  Lowering lowering;
  std::vector<std::string> problems;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      auto body = std::make_unique<Module>();
      body->graph = region;
      body->target = module.target;
      const absl::Status status =
          WithLoc(SelectKernels(*body, PassOptions()), *node);
      if (!status.ok()) {
        if (code == absl::StatusCode::kOk) code = status.code();
        problems.emplace_back(status.message());
      }
      module.bodies[region.get()] = std::move(body);
    }
    std::string symbol;
    if (!node->outputs().empty()) {
      if (auto found = wanted.extract(node->output()->name())) {
        symbol = found.mapped();
      }
    }
    absl::StatusOr<std::vector<LoweredCall>> calls =
        LowerNode(*node, *module.target, symbol);
    if (calls.ok()) {
      lowering.calls[node.get()] = *std::move(calls);
      continue;
    }
    if (code == absl::StatusCode::kOk) code = calls.status().code();
    problems.emplace_back(WithLoc(calls.status(), *node).message());
  }
  for (const auto& [name, symbol] : wanted) {
    code = absl::StatusCode::kInvalidArgument;
    problems.push_back(
        absl::StrCat("there is no node %", name, " to run with ", symbol));
  }
  if (!problems.empty()) {
    return absl::Status(code, absl::StrJoin(problems, "\n"));
  }
  lowering.revision = module.graph->revision();
  module.lowering = std::move(lowering);
  module.stage = Stage::kLowered;
  return absl::OkStatus();
}

}  // namespace tinyc
