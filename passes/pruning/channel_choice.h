// SPDX-License-Identifier: Apache-2.0
// Which channels of a model go, by their scores and by what they save.
#ifndef TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_
#define TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "passes/pruning/channel_scores.h"
#include "passes/pruning/channel_units.h"
#include "passes/pruning/unit_groups.h"

namespace tinyc {

// Groups of at least `from` channels keep a multiple.
struct Widths {
  size_t multiple = 1;
  size_t from = 1;
};

class ChannelChoice {
 public:
  // Groups of a set lose equally many of their units.  `units` outlive the
  // choice.
  ChannelChoice(ChannelCosts costs, const std::vector<ChannelUnit>& units,
                std::vector<std::vector<UnitGroup>> sets, Widths widths);

  // Of the model without the channels that are gone.
  ModelCost cost() const { return costs_.now(); }
  const std::vector<bool>& gone() const { return gone_; }  // by channel

  void Take(const std::vector<bool>& channels);
  // Takes channels, always those of a group that save most for what the outputs
  // miss, until the model is as small as `target` or none can go; `scores`
  // follow.
  void TakeUntil(const ModelCost& target, ChannelScores* scores);

 private:
  // The units of a group, or set, that go next, if any can.
  std::vector<size_t> CheapestOf(const UnitGroup& group,
                                 const ChannelScores& scores) const;
  std::vector<size_t> CheapestOf(const std::vector<UnitGroup>& set,
                                 const ChannelScores& scores) const;

  ChannelCosts costs_;
  const std::vector<ChannelUnit>& units_;
  Widths widths_;
  std::vector<std::vector<UnitGroup>> sets_;
  std::vector<bool> gone_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_CHANNEL_CHOICE_H_
