// SPDX-License-Identifier: Apache-2.0
// Orders the nodes so that fewer bytes are live at once.
//
// Greedy: of the nodes whose operands are there, the one that leaves the fewest
// bytes live runs next, and the earlier one among equals.  The order of the
// model stays unless the greedy one needs less memory, sharing included.
#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "passes/memory/alias.h"
#include "passes/memory/liveness.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

// Simulates an execution and knows which results are still needed.
class Execution {
 public:
  explicit Execution(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      for (const Value* output : node->outputs()) {
        uses_left_[output] = output->uses().size();
      }
    }
  }

  // How much greater the live bytes are after `node` has run.
  int64_t Growth(const Node& node) const {
    int64_t bytes = 0;
    for (const Value* output : node.outputs()) {
      if (!output->uses().empty()) bytes += output->type().bytes();
    }
    absl::flat_hash_set<const Value*> seen;
    for (const Value* input : node.inputs()) {
      const auto left = uses_left_.find(input);
      if (left == uses_left_.end() || !seen.insert(input).second) continue;
      const auto count =
          std::count(node.inputs().begin(), node.inputs().end(), input);
      if (left->second == static_cast<size_t>(count)) {
        bytes -= input->type().bytes();
      }
    }
    return bytes;
  }

  void Run(const Node& node) {
    for (const Value* input : node.inputs()) {
      const auto left = uses_left_.find(input);
      if (left != uses_left_.end()) --left->second;
    }
  }

 private:
  absl::flat_hash_map<const Value*, size_t> uses_left_;
};

std::vector<Node*> GreedyOrder(const Graph& graph) {
  std::vector<Node*> waiting = graph.NodeSnapshot();
  std::vector<Node*> order;
  Execution state(graph);
  absl::flat_hash_set<const Node*> done;
  const auto ready = [&](const Node& node) {
    return std::all_of(
        node.inputs().begin(), node.inputs().end(), [&](const Value* input) {
          return input == nullptr || input->producer() == nullptr ||
                 done.contains(input->producer());
        });
  };
  while (!waiting.empty()) {
    auto best = waiting.end();
    int64_t least = 0;
    for (auto it = waiting.begin(); it != waiting.end(); ++it) {
      if (!ready(**it)) continue;
      const int64_t growth = state.Growth(**it);
      if (best == waiting.end() || growth < least) {
        best = it;
        least = growth;
      }
    }
    state.Run(**best);
    done.insert(*best);
    order.push_back(*best);
    waiting.erase(best);
  }
  return order;
}

void Reorder(Module& module, const std::vector<Node*>& order) {
  for (Node* node : order) module.graph->MoveBefore(node, nullptr);
  module.lowering->revision = module.graph->revision();  // the same calls
}

}  // namespace

absl::Status Schedule(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(ForEachBody(
      module, [&](Module& body) { return Schedule(body, options); }));
  Graph& graph = *module.graph;
  const std::vector<Node*> before = graph.NodeSnapshot();
  TINYC_ASSIGN_OR_RETURN(const int64_t bytes_before, ArenaBound(module));
  Reorder(module, GreedyOrder(graph));
  TINYC_ASSIGN_OR_RETURN(const int64_t bytes_after, ArenaBound(module));
  if (bytes_after >= bytes_before) Reorder(module, before);
  return absl::OkStatus();
}

}  // namespace tinyc
