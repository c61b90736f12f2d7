// SPDX-License-Identifier: Apache-2.0
// What the outputs of a model lose with each of its channels.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_SCORES_H_
#define TINYC_PASSES_PRUNING_CHANNEL_SCORES_H_

#include <vector>

#include "Eigen/Core"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "passes/channels/channel_map.h"
#include "passes/pruning/channel_units.h"
#include "passes/quantization/simulation.h"

namespace tinyc {

// THE list of ways to judge a channel.
//   best       the one of the others by which the model loses least, on samples
//              left out
//   ablation   the error at the outputs without it, when each reader gets in
//              its place what the other channels say of it: what the model
//              loses after a repair by least squares
//   energy     the mean square of what it adds to the sums of its readers
//   magnitude  the squares of the weights that make it
enum class Importance { kBest, kAblation, kEnergy, kMagnitude };
template <>
struct EnumNames<Importance> {
  static constexpr absl::string_view kNames[] = {"best", "ablation", "energy",
                                                 "magnitude"};
};

// What is needed to judge channels.
struct ChannelStudy {
  const Simulation& model;        // float, with the weights that it has now
  const ChannelMap& map;          // of its graph
  const std::vector<bool>& gone;  // by channel: taken already
  // The runs of the samples, at their end, and the outputs to compare with.
  std::vector<KernelsRun>& runs;
  absl::Span<const Sample> samples;
  absl::Span<const std::vector<Tensor>> outputs;
};

// The scores of channels, which change as others go.
class ChannelScores {
 public:
  // importance: not kBest.
  static absl::StatusOr<ChannelScores> Find(const ChannelStudy& study,
                                            absl::Span<const ChannelUnit> units,
                                            Importance importance);

  // Of the `u`-th unit.
  double Of(size_t u) const { return scores_[u]; }
  // The unit goes.  What its readers could say of other channels by it they
  // cannot any more: by ablation, these cost more by as much as the variance
  // grows that is left of them.
  void Remove(size_t u);

 private:
  // A value that readers multiply with weights.
  struct Lane {
    size_t value = 0;
    Eigen::Index lane = 0;
  };

  std::vector<double> scores_;
  std::vector<std::vector<Lane>> lanes_;      // [unit]
  std::vector<std::vector<size_t>> unit_of_;  // [value][lane]
  std::vector<Eigen::MatrixXd> inverse_;      // [value]: of covariances
};

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_SCORES_H_
