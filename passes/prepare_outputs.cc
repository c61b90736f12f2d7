// SPDX-License-Identifier: Apache-2.0
// Makes every output of the model a value with bytes of its own, which the
// kernels can write into the caller's buffer.
//
//   graph(%x) -> (%x, %c, %c)  =>  graph(%x) -> (copy(%x), %c, copy(%c))
//
// A copy is inserted for an output that is an input, a constant or another
// output, also when it is so through operators without kernel calls (reshape).
// The same holds for the regions in it, whose results go where the node says.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "compiler/ops/copy.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// The value whose bytes `value` has at run time.
const Value* BytesOf(const Value* value) {
  while (value->producer() != nullptr) {
    const Node& node = *value->producer();
    const absl::StatusOr<std::vector<KernelCall>> calls = node.op().Lower(node);
    // A node that cannot be lowered is for select-kernels to report.
    if (!calls.ok() || !calls->empty() || node.input(0) == nullptr ||
        !node.regions().empty()) {
      break;
    }
    value = node.input(0);
  }
  return value;
}

absl::Status PrepareGraph(Graph& graph) {
  for (const auto& node : graph.nodes()) {
    for (const auto& region : node->regions()) {
      TINYC_RETURN_IF_ERROR(PrepareGraph(*region));
    }
  }
  absl::flat_hash_set<const Value*> taken;
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    Value* output = graph.outputs()[i];
    const Value* bytes = BytesOf(output);
    if (bytes->producer() != nullptr && taken.insert(bytes).second) continue;
    Graph::Options options;
    if (output->producer() != nullptr) options.loc = output->producer()->loc();
    options.names = {output->name()};
    TINYC_ASSIGN_OR_RETURN(
        Node* const copy,
        graph.Append(std::make_unique<Copy>(), {output}, std::move(options)));
    graph.SetOutput(i, copy->output());
    // The output keeps its name, unless an input or another output has it.
    if (!IsGraphInput(*output) && !IsGraphOutput(*output)) {
      std::string name = output->name();
      graph.Rename(output, absl::StrCat(name, "_source"));
      graph.Rename(copy->output(), std::move(name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PrepareOutputs(Module& module, const PassOptions&) {
  return PrepareGraph(*module.graph);
}

}  // namespace tinyc
