// SPDX-License-Identifier: Apache-2.0
// Which channels that pruning may take are taken from the same layers.
#ifndef TINYC_PASSES_PRUNING_UNIT_GROUPS_H_
#define TINYC_PASSES_PRUNING_UNIT_GROUPS_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/graph.h"
#include "passes/channels/channel_map.h"
#include "passes/pruning/channel_units.h"

namespace tinyc {

// Units, by their index, that are lanes of the same values.
using UnitGroup = std::vector<size_t>;

// Sets of groups, which are to lose equally many of their units: of one group
// each or, with `shared`, of all those that layers of one shape read.  Results
// of such layers are operands of the next ones; those of the last may have a
// width of their own, which makes it one more shape.
std::vector<std::vector<UnitGroup>> GroupUnits(
    const Graph& graph, const ChannelMap& map,
    absl::Span<const ChannelUnit> units, bool shared);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_UNIT_GROUPS_H_
