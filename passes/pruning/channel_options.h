// SPDX-License-Identifier: Apache-2.0
// What is asked of pruning channels.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_OPTIONS_H_
#define TINYC_PASSES_PRUNING_CHANNEL_OPTIONS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "passes/pass.h"
#include "passes/pruning/channel_scores.h"
#include "passes/pruning/channel_units.h"
#include "passes/pruning/options.h"

namespace tinyc {

struct ChannelPruneOptions {
  using Repair = PruneOptions::Repair;
  // Whether each layer may get a width of its own, or those of one shape, which
  // are one function in C, keep one.
  enum class Shapes { kOwn, kShared };

  // The shares of what the model has that are to be left; 1: all.
  ModelCost left = {.macs = 1, .weights = 1, .time = 1, .ram = 1};
  Importance importance = Importance::kBest;
  Repair repair = Repair::kRefit;
  // Channels are judged anew, and what is left is repaired, after each round;
  // 0: as many as take at most a twentieth of the model each.
  size_t rounds = 0;
  Shapes shapes = Shapes::kOwn;
  // Layers of at least eight times as many channels keep a multiple of it:
  // kernels take so many at once.  For time, of at least four times as many.
  size_t multiple = 4;
};
template <>
struct EnumNames<ChannelPruneOptions::Shapes> {
  static constexpr absl::string_view kNames[] = {"own", "shared"};
};

// The options of a pass that are named in ChannelPruneOptionNames.
absl::StatusOr<ChannelPruneOptions> ReadChannelPruneOptions(
    const PassOptions& options);
std::vector<absl::string_view> ChannelPruneOptionNames();

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_OPTIONS_H_
