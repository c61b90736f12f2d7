// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/alias.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "compiler/lowering/call_forms.h"
#include "compiler/ops/read_rows.h"
#include "copy/copy.h"
#include "passes/memory/arena.h"
#include "passes/memory/overwrite.h"
#include "passes/memory/sharing.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

using CallId = std::pair<const Node*, size_t>;

// A sharing, and the copy that becomes needless with it, if any.
struct Candidate {
  Sharing sharing;
  const CallId* needless = nullptr;
};

// What a call that copies one run of bytes says about its operand and result.
struct CopiedRun {
  int input = 0;
  int output = 0;
  int64_t from = 0;  // bytes
  int64_t to = 0;
  int64_t bytes = 0;
};

// False when `call` is something else.
bool AsCopiedRun(const KernelCall& call, CopiedRun* run) {
  absl::string_view family = call.family;
  int64_t element = 0;
  if (!absl::ConsumePrefix(&family, "copy_b") ||
      !absl::SimpleAtoi(family, &element) || call.args.size() != 2 ||
      call.args[0].kind != KernelArg::Kind::kInput ||
      call.args[1].kind != KernelArg::Kind::kOutput) {
    return false;
  }
  const auto& s = *static_cast<const tc_copy_shape*>(call.shape.data());
  const bool contiguous =
      s.rank == 1 &&
      (s.dims[0] == 1 || (s.in_stride[0] == 1 && s.out_stride[0] == 1));
  if (!contiguous) return false;
  run->input = call.args[0].index;
  run->output = call.args[1].index;
  run->from = call.args[0].offset + s.in_offset * element;
  run->to = call.args[1].offset + s.out_offset * element;
  run->bytes = s.dims[0] * element;
  return true;
}

class AliasPlanner {
 public:
  AliasPlanner(const Module& module, const Liveness& liveness,
               const RowUnits& units, bool io_in_arena)
      : module_(module),
        liveness_(liveness),
        units_(units),
        io_in_arena_(io_in_arena) {
    for (const auto& node : module.graph->nodes()) {
      own_bytes_.push_back(ScratchBytesOf(module, *node));
    }
    for (const RowUnits::Unit& unit : units.units()) {
      const int step = liveness.StepOf(*unit.stream.nodes[0]);
      for (const WindowGroup& group : unit.windows) {
        own_bytes_[static_cast<size_t>(step)] += group.bytes;
      }
    }
  }

  absl::StatusOr<AliasPlan> Run() {
    for (const Value* input : module_.graph->inputs()) AddValue(*input);
    for (const auto& node : module_.graph->nodes()) {
      for (const Value* output : node->outputs()) AddValue(*output);
    }
    // Results that are their operand's bytes have no other choice.
    for (const auto& node : module_.graph->nodes()) {
      TINYC_RETURN_IF_ERROR(WithLoc(ShareUncomputed(*node), *node));
    }
    for (const auto& node : module_.graph->nodes()) ShareCopied(*node);
    for (const auto& node : module_.graph->nodes()) ShareOverwritten(*node);
    return Finish();
  }

 private:
  void AddValue(const Value& value) {
    if (value.type().bytes() == 0 || ConstantBytes(module_, value) != nullptr ||
        units_.HasWindow(value)) {
      return;
    }
    group_of_[&value] = groups_.size();
    groups_.push_back(std::make_unique<SharingGroup>(&value));
  }
  bool HasStorage(const Value* value) const {
    return value != nullptr && group_of_.contains(value);
  }

  bool IsWritten(const Value& value) const {
    if (value.producer() == nullptr) return false;
    if (!value.producer()->regions().empty()) return true;
    const std::vector<LoweredCall>& calls =
        module_.lowering->calls.at(value.producer());
    for (size_t i = 0; i < calls.size(); ++i) {
      if (needless_.contains(CallId(value.producer(), i))) continue;
      for (const KernelArg& arg : calls[i].call.args) {
        if (arg.kind == KernelArg::Kind::kOutput &&
            arg.index == value.output_index()) {
          return true;
        }
      }
    }
    return false;
  }

  // The greatest number of bytes live at one step, with `joined` in the place
  // of the groups whose indices are in `gone`.
  int64_t LiveBytes(const SharingGroup* joined,
                    const std::set<size_t>& gone) const {
    std::vector<int64_t> change(static_cast<size_t>(liveness_.steps()) + 3, 0);
    const auto add = [&](const SharingGroup& group) {
      if (KindOf(group) != Place::Kind::kArena) return;
      const Lifetime life = LifeOf(group);
      change[static_cast<size_t>(life.first + 1)] += group.bytes();
      change[static_cast<size_t>(life.last + 2)] -= group.bytes();
    };
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i] != nullptr && !gone.contains(i)) add(*groups_[i]);
    }
    if (joined != nullptr) add(*joined);
    for (const auto& node : module_.graph->nodes()) {
      const Lifetime life = liveness_.Of(*node);
      const int64_t bytes =
          own_bytes_[static_cast<size_t>(liveness_.StepOf(*node))];
      change[static_cast<size_t>(life.first + 1)] += bytes;
      change[static_cast<size_t>(life.last + 2)] -= bytes;
    }
    int64_t live = 0;
    int64_t most = 0;
    for (const int64_t bytes : change) {
      live += bytes;
      most = std::max(most, live);
    }
    return most;
  }

  Lifetime LifeOf(const SharingGroup& group) const {
    Lifetime all = liveness_.Of(*group.members()[0].value);
    for (const SharingGroup::Member& m : group.members()) {
      const Lifetime life = liveness_.Of(*m.value);
      all.first = std::min(all.first, life.first);
      all.last = std::max(all.last, life.last);
    }
    return all;
  }

  Place::Kind KindOf(const SharingGroup& group) const {
    for (const SharingGroup::Member& m : group.members()) {
      // Nobody has all rows of it.
      if (ReaderOf(*m.value) != nullptr) return Place::Kind::kModelInput;
    }
    if (io_in_arena_) return Place::Kind::kArena;
    for (const SharingGroup::Member& m : group.members()) {
      if (IsGraphInput(*m.value)) return Place::Kind::kModelInput;
      if (IsGraphOutput(*m.value)) return Place::Kind::kModelOutput;
    }
    return Place::Kind::kArena;
  }

  // Applies all candidates or none.  Those that are free to choose must not
  // raise the live bytes.
  bool TryShare(const std::vector<Candidate>& candidates, bool free) {
    if (candidates.empty()) return true;
    std::set<size_t> gone;
    std::unique_ptr<SharingGroup> joined;
    std::vector<CallId> dropped;
    bool ok = true;
    for (const Candidate& c : candidates) {
      const size_t from = group_of_.at(c.sharing.from);
      const size_t to = group_of_.at(c.sharing.to);
      if (joined == nullptr) {
        joined = std::make_unique<SharingGroup>(*groups_[from]);
        gone.insert(from);
      }
      const bool has_from = joined->Contains(c.sharing.from);
      const SharingGroup& other =
          joined->Contains(c.sharing.from) && joined->Contains(c.sharing.to)
              ? *joined
              : *groups_[has_from ? to : from];
      ok = ok && joined->Join(SharingGroup(other), c.sharing);
      gone.insert(from);
      gone.insert(to);
      if (c.needless != nullptr && needless_.insert(*c.needless).second) {
        dropped.push_back(*c.needless);
      }
    }
    const auto written = [&](const Value& value) { return IsWritten(value); };
    ok = ok && joined->Works(liveness_) &&
         (io_in_arena_ || joined->BoundaryWorks(written));
    if (ok && free) {
      if (live_bytes_ < 0) live_bytes_ = LiveBytes(nullptr, {});
      const int64_t after = LiveBytes(joined.get(), gone);
      ok = after <= live_bytes_;
      if (ok) live_bytes_ = after;
    } else {
      live_bytes_ = -1;
    }
    if (!ok) {
      for (const CallId& call : dropped) needless_.erase(call);
      return false;
    }
    const size_t kept = *gone.begin();
    for (const size_t i : gone) groups_[i] = nullptr;
    for (const SharingGroup::Member& m : joined->members()) {
      group_of_[m.value] = kept;
    }
    groups_[kept] = std::move(joined);
    return true;
  }

  absl::Status ShareUncomputed(const Node& node) {
    if (!module_.lowering->calls.at(&node).empty() || !node.regions().empty()) {
      return absl::OkStatus();
    }
    for (const Value* output : node.outputs()) {
      if (!HasStorage(output)) continue;
      const Value* input = node.input(0);
      if (!HasStorage(input) || node.outputs().size() != 1 ||
          input->type().bytes() != output->type().bytes()) {
        return Internal("%", output->name(), " is never computed");
      }
      Sharing same{Sharing::Kind::kSame,  input, output, 0, 0,
                   output->type().bytes()};
      if (!TryShare({{same, nullptr}}, /*free=*/false)) {
        return Internal("%", output->name(), " must be the bytes of %",
                        input->name(), " and cannot; prepare-outputs comes ",
                        "before plan-memory");
      }
    }
    return absl::OkStatus();
  }

  // A node of nothing but runs that are copied to different bytes.
  void ShareCopied(const Node& node) {
    const std::vector<LoweredCall>& calls = module_.lowering->calls.at(&node);
    std::vector<CopiedRun> runs(calls.size());
    std::vector<CallId> ids;
    for (size_t i = 0; i < calls.size(); ++i) {
      CopiedRun& run = runs[i];
      if (!AsCopiedRun(calls[i].call, &run)) return;
      for (size_t j = 0; j < i; ++j) {
        if (runs[j].output == run.output && runs[j].to < run.to + run.bytes &&
            run.to < runs[j].to + runs[j].bytes) {
          return;
        }
      }
      ids.emplace_back(&node, i);
    }
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < calls.size(); ++i) {
      const CopiedRun& run = runs[i];
      const Value* from = node.input(static_cast<size_t>(run.input));
      const Value* to = node.output(static_cast<size_t>(run.output));
      if (!HasStorage(from) || !HasStorage(to)) continue;
      candidates.push_back({{Sharing::Kind::kSame, from, to, run.from - run.to,
                             run.to, run.to + run.bytes},
                            &ids[i]});
    }
    if (TryShare(candidates, /*free=*/true)) return;
    for (const Candidate& c : candidates) TryShare({c}, /*free=*/true);
  }

  void ShareOverwritten(const Node& node) {
    const std::vector<LoweredCall>& calls = module_.lowering->calls.at(&node);
    if (calls.size() != 1 || node.outputs().size() != 1 ||
        units_.InStream(node)) {
      return;
    }
    const Value* result = node.output();
    if (!HasStorage(result)) return;
    for (const Value* operand : node.inputs()) {
      if (!HasStorage(operand) ||
          !MayOverwrite(calls[0].call, *operand, *result)) {
        continue;
      }
      const Sharing sharing{
          Sharing::Kind::kOverwrite, operand, result, 0, 0, 0};
      if (TryShare({{sharing, nullptr}}, /*free=*/true)) return;
    }
  }

  absl::StatusOr<AliasPlan> Finish() const {
    AliasPlan plan;
    for (const auto& group : groups_) {
      if (group == nullptr) continue;
      Storage storage;
      storage.bytes = group->bytes();
      storage.life = LifeOf(*group);
      storage.kind = KindOf(*group);
      for (const SharingGroup::Member& m : group->members()) {
        storage.members.push_back({m.value, m.offset});
        if (IsGraphInput(*m.value) && IsGraphOutput(*m.value)) {
          return Internal("the input %", m.value->name(),
                          " is an output as it is; prepare-outputs comes "
                          "before plan-memory");
        }
      }
      plan.storages.push_back(std::move(storage));
    }
    const auto set_index = [&](absl::Span<Value* const> boundary) {
      for (size_t i = 0; i < boundary.size(); ++i) {
        for (Storage& storage : plan.storages) {
          if (storage.kind == Place::Kind::kArena) continue;
          for (const Storage::Member& m : storage.members) {
            if (m.value == boundary[i]) storage.index = static_cast<int>(i);
          }
        }
      }
    };
    set_index(module_.graph->outputs());
    set_index(module_.graph->inputs());
    plan.needless_calls.assign(needless_.begin(), needless_.end());
    return plan;
  }

  const Module& module_;
  const Liveness& liveness_;
  const RowUnits& units_;
  const bool io_in_arena_;
  std::vector<int64_t> own_bytes_;  // scratch and windows of a step's node
  int64_t live_bytes_ = -1;         // at most, with groups_; -1: not known
  std::vector<std::unique_ptr<SharingGroup>> groups_;  // null: joined another
  absl::flat_hash_map<const Value*, size_t> group_of_;
  std::set<CallId> needless_;
};

}  // namespace

absl::StatusOr<AliasPlan> PlanAliases(const Module& module,
                                      const Liveness& liveness,
                                      const RowUnits& units, bool io_in_arena) {
  return AliasPlanner(module, liveness, units, io_in_arena).Run();
}

}  // namespace tinyc
