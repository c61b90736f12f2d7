// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/apart.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "compiler/targets/registry.h"
#include "passes/memory/plan_apart.h"
#include "passes/pass.h"

namespace tinyc {

absl::StatusOr<Module> PlanApartForHost(std::unique_ptr<Graph> graph) {
  Module module;
  module.graph = std::move(graph);
  module.target = FindTarget("host");
  for (const auto& pass : {&WidenFloats, &SelectKernels, &PackWeights}) {
    TINYC_RETURN_IF_ERROR(pass(module, PassOptions()));
  }
  TINYC_RETURN_IF_ERROR(PlanApart(module));
  return module;
}

KernelsRun StartApart(const Module& module, const Sample& sample) {
  KernelsRun run(module);
  for (size_t i = 0; i < sample.size(); ++i) {
    const absl::Span<const uint8_t> bytes = sample[i].bytes();
    std::copy(bytes.begin(), bytes.end(),
              run.BytesOf(*module.graph->inputs()[i]));
  }
  return run;
}

absl::Status RunApart(const Module& module, KernelsRun& run, const Node& node) {
  TINYC_RETURN_IF_ERROR(run.RunNode(node));
  // The bytes of the operand under another type.
  if (node.regions().empty() && module.lowering->calls.at(&node).empty()) {
    const size_t bytes = static_cast<size_t>(node.output()->type().bytes());
    const uint8_t* from = run.BytesOf(*node.input(0));
    uint8_t* to = run.BytesOf(*node.output());
    if (bytes > 0 && from != to) std::memcpy(to, from, bytes);
  }
  return absl::OkStatus();
}

}  // namespace tinyc
