// SPDX-License-Identifier: Apache-2.0
#include "passes/memory/memories.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/base/text.h"
#include "passes/memory/exact_offsets.h"

namespace tinyc {
namespace {

// Kernels load an operand once for so many results.
constexpr double kResultsPerLoad = 4;
// Solving is part of a search; a memory that is nearly full is left alone.
constexpr OffsetEffort kEffort = {.budget = 300'000};

// How often an inference reads or writes an element of what it computes.
class Accesses {
 public:
  explicit Accesses(const Module& module) {
    for (const auto& node : module.graph->nodes()) {
      const double macs = static_cast<double>(node->op().Macs(*node));
      double loads = macs / kResultsPerLoad;
      for (const Value* input : node->inputs()) {
        if (input == nullptr) continue;
        of_[input] += std::max(loads, Bytes(*input));
        loads = 0;  // of the first operand; weights are not in the arena
      }
      for (const Value* output : node->outputs()) of_[output] += Bytes(*output);
      of_[node.get()] = macs / kResultsPerLoad;
    }
  }

  double Of(const void* value_or_node) const {
    const auto found = of_.find(value_or_node);
    return found == of_.end() ? 0 : found->second;
  }

 private:
  static double Bytes(const Value& value) {
    return static_cast<double>(value.type().bytes());
  }
  absl::flat_hash_map<const void*, double> of_;  // by value, or scratch by node
};

// What is placed as one, and the reason to place it early.
struct Item {
  std::string name;
  double accesses = 0;
};

std::vector<Item> ItemsOf(const Module& module, const Arena& arena) {
  const Accesses accesses(module);
  std::vector<Item> items;
  const auto add = [&](Item* item, const Value* value) {
    item->accesses += accesses.Of(value);
    if (item->name.empty()) item->name = absl::StrCat("%", value->name());
  };
  for (const size_t storage : arena.problem.storage) {
    Item item;
    for (const auto& m : arena.aliases.storages[storage].members) {
      add(&item, m.value);
    }
    items.push_back(std::move(item));
  }
  for (const Node* node : arena.problem.scratch) {
    items.push_back(
        {absl::StrCat("the scratch bytes of %", node->outputs().empty()
                                                    ? std::string("?")
                                                    : node->output()->name()),
         accesses.Of(node)});
  }
  for (const WindowGroup& group : arena.problem.windows) {
    Item item;
    for (const WindowGroup::Window& window : group.windows) {
      add(&item, window.value);
    }
    items.push_back(std::move(item));
  }
  return items;
}

// A memory being filled.
struct Filling {
  const Memory* memory = nullptr;
  std::vector<size_t> buffers = {};
  OffsetSolution solution = {};

  // False when there is no room for the buffer.
  bool Add(const OffsetProblem& problem, size_t buffer) {
    if (problem.buffers[buffer].size > memory->bytes) return false;
    buffers.push_back(buffer);
    OffsetEffort effort = kEffort;
    effort.enough = memory->bytes;
    OffsetSolution with =
        SolveOffsets(PartOf(problem, buffers).problem, effort);
    if (with.total > memory->bytes) {
      buffers.pop_back();
      return false;
    }
    solution = std::move(with);
    return true;
  }
};

// Fills the memories in the order of `buffers`; the one that is left over, if
// any.
std::optional<size_t> Fill(const OffsetProblem& problem,
                           const std::vector<size_t>& buffers,
                           std::vector<Filling>* fillings) {
  for (const size_t buffer : buffers) {
    if (std::none_of(fillings->begin(), fillings->end(), [&](Filling& filling) {
          return filling.Add(problem, buffer);
        })) {
      return buffer;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::vector<Memory>> ParseMemories(absl::string_view text) {
  std::vector<Memory> memories;
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(item, ':');
    Memory memory{.name = std::string(fields[0])};
    bool good = fields.size() >= 2;
    for (size_t i = 2; i < fields.size(); ++i) {
      bool* const flag = fields[i] == "fast"      ? &memory.fast
                         : fields[i] == "weights" ? &memory.weights
                                                  : nullptr;
      good = good && flag != nullptr && !*flag;
      if (good) *flag = true;
    }
    if (!good) {
      return Invalid(
          "a memory is NAME:BYTES, with :fast or :weights or both after it, "
          "not \"",
          item, "\"");
    }
    if (CIdentifier(memory.name) != memory.name ||
        absl::AsciiStrToLower(memory.name) != memory.name) {
      return Invalid(
          "the name of a memory is an identifier in lower case, "
          "not \"",
          memory.name, "\"");
    }
    const absl::StatusOr<int64_t> bytes = ParseBytes(fields[1]);
    if (!bytes.ok()) {
      return Prefixed(absl::StrCat("the size of ", memory.name, " is "),
                      bytes.status());
    }
    memory.bytes = *bytes;
    for (const Memory& other : memories) {
      if (other.name == memory.name) {
        return Invalid("there are two memories ", memory.name);
      }
    }
    memories.push_back(std::move(memory));
  }
  std::stable_sort(
      memories.begin(), memories.end(),
      [](const Memory& a, const Memory& b) { return a.fast && !b.fast; });
  return memories;
}

absl::StatusOr<std::vector<ArenaPart>> SplitArena(
    const Module& module, const std::vector<Memory>& memories, Arena* arena) {
  const OffsetProblem& problem = arena->problem.packing;
  const std::vector<Item> items = ItemsOf(module, *arena);
  std::vector<size_t> order(problem.buffers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto sort_by = [&](auto key) {
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return key(a) > key(b); });
  };
  const auto size = [&](size_t i) {
    return static_cast<double>(problem.buffers[i].size);
  };
  std::vector<Filling> empty;
  for (const Memory& memory : memories) empty.push_back({.memory = &memory});

  sort_by([&](size_t i) { return items[i].accesses / size(i); });
  std::vector<Filling> fillings = empty;
  if (Fill(problem, order, &fillings)) {
    sort_by(size);
    fillings = empty;
    if (const std::optional<size_t> left = Fill(problem, order, &fillings)) {
      return absl::ResourceExhaustedError(
          absl::StrCat(items[*left].name, " (", problem.buffers[*left].size,
                       " bytes) finds no room in the memories"));
    }
  }
  std::vector<ArenaPart> parts;
  int64_t end = 0;
  for (const Filling& filling : fillings) {
    if (filling.buffers.empty()) continue;
    int64_t align = std::max<int64_t>(8, module.target->align);
    for (const size_t i : filling.buffers) {
      align = std::max(align, problem.buffers[i].align);
    }
    const int64_t begin = AlignUp(end, align);
    parts.push_back({filling.memory->name, begin, filling.solution.total});
    end = parts.back().end();
    for (size_t k = 0; k < filling.buffers.size(); ++k) {
      arena->solution.offsets[filling.buffers[k]] =
          begin + filling.solution.offsets[k];
    }
  }
  arena->solution.total = end;
  return parts;
}

}  // namespace tinyc
