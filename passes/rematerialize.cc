// SPDX-License-Identifier: Apache-2.0
// Computes again what is cheaper to compute than to keep.
//
//   %a = resize_nearest(%x)       %a = resize_nearest(%x)
//   %b = conv(%a, ..)             %b = conv(%a, ..)
//   ..                        =>  ..
//   %y = add(%a, %c)              %a_1 = resize_nearest(%x)
//                                 %y = add(%a_1, %c)
//
// where %x is smaller than %a, or is live anyway.  With `ram=min` or
// `ram=<bytes>`, as plan-memory has them (and its `extra-macs`), and only if
// the arena is smaller for it: it costs time, but no multiply-accumulates.  The
// bound of the arena says what to try, the arena itself what is kept.  Bodies
// of nodes with regions stay as they are.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ops/read_rows.h"
#include "passes/memory/arena.h"
#include "passes/memory/ram_options.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

// Nodes in a row that are computed again together.
constexpr int kMostDepth = 3;
// The time of a try grows with the square of the nodes.
constexpr size_t kTries = 1'000'000;

// Whether a call moves or maps elements, in a time that grows with their
// number.
bool IsCheap(const LoweredCall& lowered) {
  constexpr absl::string_view kShapes[] = {
      "tc_unary_shape", "tc_binary_shape",         "tc_map_shape",
      "tc_copy_shape",  "tc_resize_nearest_shape", "tc_quantize_shape",
      "tc_fill_shape",  "tc_concat_shape",         "tc_pad_shape"};
  return lowered.kernel != nullptr && lowered.call.scratch_bytes == 0 &&
         std::find(std::begin(kShapes), std::end(kShapes),
                   lowered.call.shape.type()) != std::end(kShapes);
}

bool IsCheap(const Module& module, const Node& node) {
  const std::vector<LoweredCall>& calls = module.lowering->calls.at(&node);
  return node.outputs().size() == 1 && node.regions().empty() &&
         !calls.empty() && node.As<ReadRows>() == nullptr &&
         std::all_of(calls.begin(), calls.end(),
                     [](const LoweredCall& call) { return IsCheap(call); });
}

// `value`, for its readers from `first` on, with so many cheap nodes in a row.
struct Again {
  Value* value = nullptr;
  Node* first = nullptr;
  int depth = 1;
};

class Rematerializer {
 public:
  explicit Rematerializer(Module& module)
      : module_(module), graph_(*module.graph) {}

  // What makes the bound of the arena smaller, one after the other; it is done.
  absl::StatusOr<std::vector<Again>> Improve() {
    TINYC_ASSIGN_OR_RETURN(int64_t bound, ArenaBound(module_));
    std::vector<Again> done;
    const size_t n = graph_.nodes().size();
    size_t tries = kTries / (n * n + 1);
    for (bool improved = true; improved;) {
      improved = false;
      for (const Again& again : Candidates()) {
        if (tries == 0) return done;
        --tries;
        const size_t before = clones_.size();
        TINYC_RETURN_IF_ERROR(Apply(again));
        TINYC_ASSIGN_OR_RETURN(const int64_t with, ArenaBound(module_));
        if (with >= bound) {
          Undo(before);
          continue;
        }
        bound = with;
        done.push_back(again);
        improved = true;
        break;  // others are possible
      }
    }
    return done;
  }

  absl::Status Apply(const Again& again) {
    const std::vector<Use> later = LaterUses(*again.value, again.first);
    TINYC_ASSIGN_OR_RETURN(Value* const clone,
                           CloneOf(again.value, again.first, again.depth));
    for (const Use& use : later) {
      graph_.SetInput(use.node, static_cast<size_t>(use.index), clone);
    }
    module_.lowering->revision = graph_.revision();
    return absl::OkStatus();
  }

  // Takes back all but so many clones.
  void Undo(size_t kept) {
    while (clones_.size() > kept) {
      const auto [clone, value] = clones_.back();
      clones_.pop_back();
      graph_.ReplaceUses(clone->output(), value);
      module_.lowering->calls.erase(clone);
      graph_.Erase(clone);
    }
    module_.lowering->revision = graph_.revision();
  }

 private:
  absl::flat_hash_map<const Node*, int> Steps() const {
    absl::flat_hash_map<const Node*, int> steps;
    for (const auto& node : graph_.nodes()) {
      steps.emplace(node.get(), static_cast<int>(steps.size()));
    }
    return steps;
  }

  // By its readers from the node `first` on; the model's outputs are what they
  // are.
  std::vector<Use> LaterUses(const Value& value, const Node* first) const {
    const auto steps = Steps();
    std::vector<Use> later;
    for (const Use& use : value.uses()) {
      if (use.node != nullptr && steps.at(use.node) >= steps.at(first)) {
        later.push_back(use);
      }
    }
    return later;
  }

  bool IsClone(const Node* node) const {
    return std::any_of(clones_.begin(), clones_.end(),
                       [&](const auto& clone) { return clone.first == node; });
  }

  // How many cheap nodes in a row there are, this one being the last; at most
  // so many.
  int DepthOf(const Node& node, int most) const {
    if (most == 1) return 1;
    int depth = 0;
    for (const Value* input : node.inputs()) {
      const Node* before = input == nullptr ? nullptr : input->producer();
      if (before != nullptr && IsCheap(module_, *before)) {
        depth = std::max(depth, DepthOf(*before, most - 1));
      }
    }
    return depth + 1;
  }

  // Cheap values that wait for a reader while others run.  No clones, so that
  // what is taken back can be done once more.
  std::vector<Again> Candidates() const {
    const auto steps = Steps();
    std::vector<Again> candidates;
    for (const auto& node : graph_.nodes()) {
      if (!IsCheap(module_, *node) || IsClone(node.get())) continue;
      std::vector<Node*> readers;
      for (const Use& use : node->output()->uses()) {
        if (use.node != nullptr) readers.push_back(use.node);
      }
      std::sort(readers.begin(), readers.end(),
                [&](Node* a, Node* b) { return steps.at(a) < steps.at(b); });
      for (size_t r = 1; r < readers.size(); ++r) {
        if (IsClone(readers[r]) ||
            steps.at(readers[r]) - steps.at(readers[r - 1]) < 2) {
          continue;
        }
        const int most = DepthOf(*node, kMostDepth);
        for (int depth = 1; depth <= most; ++depth) {
          candidates.push_back({node->output(), readers[r], depth});
        }
      }
    }
    return candidates;
  }

  // `value` once more, before the node `before`; its cheap operands likewise up
  // to that depth.
  absl::StatusOr<Value*> CloneOf(Value* value, Node* before, int depth) {
    const Node& node = *value->producer();
    std::vector<Value*> inputs(node.inputs().begin(), node.inputs().end());
    for (Value*& input : inputs) {
      if (depth == 1 || input == nullptr || input->producer() == nullptr ||
          !IsCheap(module_, *input->producer())) {
        continue;
      }
      TINYC_ASSIGN_OR_RETURN(input, CloneOf(input, before, depth - 1));
    }
    TINYC_ASSIGN_OR_RETURN(
        Node* const clone,
        graph_.Insert(before, node.op().Clone(), std::move(inputs),
                      {.loc = node.loc(),
                       .want = {value->type().elem()},
                       .names = {value->name()},
                       .regions = {}}));
    std::vector<LoweredCall> calls = module_.lowering->calls.at(&node);
    module_.lowering->calls[clone] = std::move(calls);
    clones_.emplace_back(clone, value);
    return clone->output();
  }

  Module& module_;
  Graph& graph_;
  std::vector<std::pair<Node*, Value*>> clones_;  // and what each is
};

// The bytes of the arena that plan-memory would find.
absl::StatusOr<int64_t> FoundBytes(Module& module, const RamOptions& options) {
  const auto calls = module.lowering->calls;
  TINYC_ASSIGN_OR_RETURN(
      const Arena arena,
      FindArena(module, options.most_bytes, options.extra_macs));
  module.lowering->calls = calls;
  return arena.solution.total;
}

}  // namespace

absl::Status Rematerialize(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({"ram", "extra-macs"}));
  TINYC_ASSIGN_OR_RETURN(const RamOptions ram, ReadRamOptions(options));
  if (!ram.most_bytes) return absl::OkStatus();
  Rematerializer rematerializer(module);
  TINYC_ASSIGN_OR_RETURN(const std::vector<Again> done,
                         rematerializer.Improve());
  if (done.empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(const int64_t with, FoundBytes(module, ram));
  rematerializer.Undo(0);
  TINYC_ASSIGN_OR_RETURN(const int64_t without, FoundBytes(module, ram));
  if (without <= std::max(with, *ram.most_bytes)) return absl::OkStatus();
  for (const Again& again : done) {
    TINYC_RETURN_IF_ERROR(rematerializer.Apply(again));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
