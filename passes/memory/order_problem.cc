// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/order_problem.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "passes/memory/arena.h"
#include "passes/memory/liveness.h"
#include "passes/memory/overwrite.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

void SortUnique(std::vector<size_t>* indices) {
  std::sort(indices->begin(), indices->end());
  indices->erase(std::unique(indices->begin(), indices->end()), indices->end());
}

class ProblemMaker {
 public:
  explicit ProblemMaker(const Module& module) : module_(module) {
    for (const auto& node : module.graph->nodes()) {
      task_of_[node.get()] = problem_.tasks.size();
      OrderTask task;
      task.scratch = ScratchBytesOf(module, *node);
      for (const Value* input : node->inputs()) {
        if (input == nullptr || input->producer() == nullptr) continue;
        task.after.push_back(task_of_.at(input->producer()));
      }
      problem_.tasks.push_back(std::move(task));
    }
  }

  OrderProblem FromValues() {
    for (const Value* input : module_.graph->inputs()) AddValue(*input);
    for (const auto& node : module_.graph->nodes()) {
      const bool computed = !node->regions().empty() ||
                            !module_.lowering->calls.at(node.get()).empty();
      for (const Value* output : node->outputs()) {
        const auto same = resource_of_.find(node->input(0));
        if (computed || same == resource_of_.end()) {
          AddValue(*output);
        } else {
          AddMember(*output, same->second);
        }
      }
    }
    for (const auto& node : module_.graph->nodes()) AddOverwrites(*node);
    return Finish();
  }

  absl::StatusOr<OrderProblem> FromStorages() {
    const Liveness liveness(*module_.graph);
    TINYC_ASSIGN_OR_RETURN(
        const AliasPlan aliases,
        PlanAliases(module_, liveness, RowUnits(), module_.io_in_arena));
    absl::flat_hash_set<const Node*> needless;
    for (const auto& [node, call] : aliases.needless_calls) {
      needless.insert(node);
    }
    for (const Storage& storage : aliases.storages) {
      const size_t resource = AddResource(storage.bytes);
      outside_.push_back(storage.kind != Place::Kind::kArena);
      for (const Storage::Member& m : storage.members) {
        AddMember(*m.value, resource);
      }
      for (const Storage::Member& m : storage.members) {
        const Node* node = m.value->producer();
        if (node != nullptr && !needless.contains(node)) {
          KeepSides(*node, m, storage);
        }
      }
    }
    return Finish();
  }

 private:
  size_t AddResource(int64_t bytes) {
    problem_.resources.push_back({.bytes = bytes, .tasks = {}});
    return problem_.resources.size() - 1;
  }

  void AddValue(const Value& value) {
    if (value.type().bytes() == 0 || ConstantBytes(module_, value) != nullptr) {
      return;
    }
    outside_.push_back(false);
    AddMember(value, AddResource(value.type().bytes()));
  }

  void AddMember(const Value& value, size_t resource) {
    resource_of_[&value] = resource;
    OrderResource& r = problem_.resources[resource];
    if (value.producer() != nullptr) {
      r.tasks.push_back(task_of_.at(value.producer()));
    }
    for (const Use& use : value.uses()) {
      if (use.node != nullptr) r.tasks.push_back(task_of_.at(use.node));
    }
    r.from_start = r.from_start || IsGraphInput(value);
    r.to_end = r.to_end || IsGraphOutput(value);
    if (!module_.io_in_arena && (IsGraphInput(value) || IsGraphOutput(value))) {
      outside_[resource] = true;
    }
  }

  void AddOverwrites(const Node& node) {
    const auto& calls = module_.lowering->calls.at(&node);
    if (calls.size() != 1 || node.outputs().size() != 1) return;
    const auto to = resource_of_.find(node.output());
    if (to == resource_of_.end()) return;
    for (const Value* input : node.inputs()) {
      const auto from = resource_of_.find(input);
      if (from == resource_of_.end() || from->second == to->second ||
          !MayOverwrite(calls[0].call, *input, *node.output())) {
        continue;
      }
      problem_.tasks[task_of_.at(&node)].overwrites.emplace_back(from->second,
                                                                 to->second);
    }
  }

  // Whoever reads or writes the bytes of a result before its node does stays
  // before it, and the others stay behind it.
  void KeepSides(const Node& node, const Storage::Member& result,
                 const Storage& storage) {
    const size_t task = task_of_.at(&node);
    const auto keep = [&](const Node* other) {
      if (other == nullptr || other == &node) return;
      const size_t other_task = task_of_.at(other);
      problem_.tasks[std::max(task, other_task)].after.push_back(
          std::min(task, other_task));
    };
    for (const Storage::Member& m : storage.members) {
      if (m.value == result.value ||
          m.offset >= result.offset + result.value->type().bytes() ||
          result.offset >= m.offset + m.value->type().bytes()) {
        continue;
      }
      keep(m.value->producer());
      for (const Use& use : m.value->uses()) keep(use.node);
    }
  }

  OrderProblem Finish() {
    for (size_t r = 0; r < problem_.resources.size(); ++r) {
      OrderResource& resource = problem_.resources[r];
      SortUnique(&resource.tasks);
      // What lies in the caller's memory costs nothing here.
      if (outside_[r]) resource.bytes = 0;
    }
    for (OrderTask& task : problem_.tasks) SortUnique(&task.after);
    return std::move(problem_);
  }

  const Module& module_;
  OrderProblem problem_;
  absl::flat_hash_map<const Node*, size_t> task_of_;
  absl::flat_hash_map<const Value*, size_t> resource_of_;
  std::vector<bool> outside_;  // by resource: in the caller's memory
};

}  // namespace

OrderProblem ValuesToOrder(const Module& module) {
  return ProblemMaker(module).FromValues();
}

absl::StatusOr<OrderProblem> StoragesToOrder(const Module& module) {
  return ProblemMaker(module).FromStorages();
}

}  // namespace tinyc
