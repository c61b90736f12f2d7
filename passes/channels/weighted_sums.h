// SPDX-License-Identifier: Apache-2.0
// The ranges of what a convolution or dense layer with constant weights
// computes, by those of what it reads.
#ifndef TINYC_PASSES_CHANNELS_WEIGHTED_SUMS_H_
#define TINYC_PASSES_CHANNELS_WEIGHTED_SUMS_H_

#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

struct Range;

// Of the sums of each output channel, with the bias, for channels of the
// operand (a dense layer: columns) within `columns`.  At a border the taps that
// lie outside are left out, place by place.  Of floats, as any order of
// rounding may give them.
std::vector<Range> SumRanges(const Node& node, absl::Span<const Range> columns);

// Of the results with such sums.
absl::StatusOr<std::vector<Range>> ResultRanges(const Node& node,
                                                absl::Span<const Range> sums);

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANNELS_WEIGHTED_SUMS_H_
