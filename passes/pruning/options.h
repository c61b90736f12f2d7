// SPDX-License-Identifier: Apache-2.0
// What is asked of pruning.
#ifndef TINYC_PASSES_PRUNING_OPTIONS_H_
#define TINYC_PASSES_PRUNING_OPTIONS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "passes/pass.h"
#include "passes/pruning/allocation.h"
#include "passes/pruning/units.h"

namespace tinyc {

struct PruneOptions {
  // How the weights that go are chosen within a layer.
  enum class Method { kObc, kMagnitude };
  // What becomes of those that stay.
  enum class Repair { kRefit, kNone };
  // Which layers lose weights: all but depthwise convolutions and those
  // convolutions that have no layer before them, or all.
  enum class Layers { kInner, kAll };

  double sparsity = 0;  // share of the weights that go, of a free pattern
  Pattern pattern = {};
  Method method = Method::kObc;
  Allocation allocation = Allocation::kSensitivity;
  Repair repair = Repair::kRefit;
  Layers layers = Layers::kInner;
  size_t rounds = 1;
};
template <>
struct EnumNames<PruneOptions::Method> {
  static constexpr absl::string_view kNames[] = {"obc", "magnitude"};
};
template <>
struct EnumNames<PruneOptions::Repair> {
  static constexpr absl::string_view kNames[] = {"refit", "none"};
};
template <>
struct EnumNames<PruneOptions::Layers> {
  static constexpr absl::string_view kNames[] = {"inner", "all"};
};

// The options of a pass that are named in PruneOptionNames.
absl::StatusOr<PruneOptions> ReadPruneOptions(const PassOptions& options);
std::vector<absl::string_view> PruneOptionNames();

// The share that is gone after `round` of the rounds, 1 being the first: much
// at first and less and less (Zhu and Gupta 2017, "To prune, or not to prune",
// equation 1).
double ShareAfter(const PruneOptions& options, size_t round);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_OPTIONS_H_
