// SPDX-License-Identifier: Apache-2.0
// Which channels of a model go, by their scores and by what they save.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_
#define TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "passes/pruning/channel_scores.h"
#include "passes/pruning/channel_units.h"

namespace tinyc {

class ChannelChoice {
 public:
  // Units that are lanes of the same values are a group.  One of at least eight
  // times `multiple` keeps a multiple of it.  `units` outlive the choice.
  ChannelChoice(ChannelCosts costs, const std::vector<ChannelUnit>& units,
                size_t multiple);

  // Of the model without the channels that are gone.
  ModelCost cost() const { return costs_.now(); }
  const std::vector<bool>& gone() const { return gone_; }  // by channel

  void Take(const std::vector<bool>& channels);
  // Takes channels, always those of a group that save most for what the outputs
  // miss, until the model is as small as `target` or none can go; `scores`
  // follow.
  void TakeUntil(const ModelCost& target, ChannelScores* scores);

 private:
  // The units of a group that go next, if any can.
  std::vector<size_t> CheapestOf(const std::vector<size_t>& group,
                                 const ChannelScores& scores) const;

  ChannelCosts costs_;
  const std::vector<ChannelUnit>& units_;
  size_t multiple_;
  std::vector<std::vector<size_t>> groups_;
  std::vector<bool> gone_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_
