// SPDX-License-Identifier: Apache-2.0
// What a node makes of the channels of its operands: which it hands on, which
// it mixes, and which it cannot do without.
//
// Channels are seen apart from dimensions, so that layout, flattening and
// transposition need no case of their own: element i of a value, in row-major
// order, is of lane i / inner % count.  A convolution over [1,C,H,W] gives C
// lanes with inner = H * W; its result flattened to [1,C*H*W] has the same
// lanes.
#ifndef TINYC_PASSES_CHANNELS_FLOW_H_
#define TINYC_PASSES_CHANNELS_FLOW_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/graph.h"

namespace tinyc {

struct Lanes {
  int64_t inner = 1;
  int64_t count = 0;  // 0: the value has no lanes

  bool empty() const { return count == 0; }
  int64_t Of(int64_t element) const { return element / inner % count; }
  bool operator==(const Lanes&) const = default;
};

// The dimension of `shape` along which whole lanes can be taken out: lanes
// repeat within it any number of times.  -1 when there is none.
int LaneAxis(const Lanes& lanes, const Shape& shape);

// Lane `lane` of operand `operand`, or of the result.
struct LaneRef {
  static constexpr int kResult = -1;
  int operand = kResult;
  int64_t lane = 0;
  bool operator==(const LaneRef&) const = default;
};

struct Flow {
  Lanes lanes = {};  // of the result
  // For each lane of the result, the lanes that it is computed from, one by
  // one; none where weights make it.
  std::vector<std::vector<LaneRef>> sources = {};
  // Pairs that can only go together, beside those of `sources`.
  std::vector<std::pair<LaneRef, LaneRef>> together = {};
  // Operands whose lanes are summed up with factors: without a lane its terms
  // are missing, and the node goes on.
  std::vector<int> summed = {};
  // Operands whose lanes the node tells apart in a way that does not let one
  // go.
  std::vector<int> pinned = {};
  // Lanes of the result that come from an operand without lanes.
  std::vector<int64_t> foreign = {};
};

// `operands`: the lanes of each; those of constants are empty.
Flow FlowOf(const Node& node, absl::Span<const Lanes> operands);

// The lane that channel `channel` of what a weighted node reads, of a dense
// layer column `channel`, is of; `lanes`: of its operand.
int64_t LaneOfColumn(const Node& node, const Lanes& lanes, int64_t channel);

// Whether `node` is a convolution in which every channel of the operand makes
// results of its own.
bool IsDepthwise(const Node& node);

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANNELS_FLOW_H_
