// SPDX-License-Identifier: Apache-2.0
// Between which numbers the lanes of every value lie, whatever the inputs are:
// interval arithmetic (Moore, Interval Analysis, 1966) over the channels.
#ifndef TINYC_PASSES_CHANNELS_RANGES_H_
#define TINYC_PASSES_CHANNELS_RANGES_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/channels/channel_map.h"

namespace tinyc {

// Stored integers, or floats.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double greatest = std::numeric_limits<double>::infinity();

  // Of no number at all.
  static Range Nothing() {
    return {std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity()};
  }
  bool IsConstant() const { return least == greatest; }
  void Include(const Range& other);
};

// Of quantized values and those of f32.  Bounds of integers are those of the
// exact arithmetic (docs/numbers.md); those of floats allow for the rounding of
// a sum in any order, and hold for inputs that are finite.
class Ranges {
 public:
  static absl::StatusOr<Ranges> Find(const Graph& graph, const ChannelMap& map);

  // `lane` of what LanesOf(value) has, any for a value without lanes.
  Range Of(const Value* value, int64_t lane) const;

 private:
  explicit Ranges(const ChannelMap& map) : map_(&map) {}

  absl::Status Visit(const Node& node);
  absl::StatusOr<std::vector<Range>> RangesOf(const Node& node) const;
  absl::StatusOr<std::vector<Range>> OfWeighted(const Node& node) const;
  // The ranges of a result, by those of operand `operand` in its sources.
  std::vector<Range> SourceRanges(const Node& node, int operand) const;
  // By the operator on least and greatest numbers; elementwise, monotone or a
  // product.
  absl::StatusOr<std::vector<Range>> OfCorners(const Node& node) const;
  absl::StatusOr<std::vector<Range>> OfTable(const Node& node) const;
  // By the operator on a whole operand of least, and of greatest numbers.
  absl::StatusOr<std::vector<Range>> OfMonotone(const Node& node) const;

  const ChannelMap* map_;
  absl::flat_hash_map<const Value*, std::vector<Range>> values_;
};

// The real numbers to which a clip or relu limits; nothing for other operators.
std::optional<Range> ClampOf(const Node& node);

// Whether every number of `type` is known to be one of those that Ranges
// bounds: an integer with a scale, or an f32.
bool HasRanges(const TensorType& type);

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANNELS_RANGES_H_
