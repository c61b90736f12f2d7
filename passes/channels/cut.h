// SPDX-License-Identifier: Apache-2.0
// Taking channels out of a graph.
#ifndef TINYC_PASSES_CHANNELS_CUT_H_
#define TINYC_PASSES_CHANNELS_CUT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "passes/channels/channel_map.h"

namespace tinyc {

// Rebuilds the nodes of `graph` that have lanes of channels to cut, without
// them: rows and columns of weights go, and the terms that they make with them.
// `cut`: by channel of `map`, which is of this graph and is stale afterwards.
// No pinned channel is cut, and of every value one lane stays.
absl::Status CutChannels(Graph& graph, const ChannelMap& map,
                         const std::vector<bool>& cut);

// Puts channels back that CutChannels may not cut: pinned ones, and the first
// of a value that would lose all.
void KeepRequired(const Graph& graph, const ChannelMap& map,
                  std::vector<bool>* cut);

// The slices of `tensor` at `indices` of dimension `axis`, with their scales.
Tensor Take(const Tensor& tensor, size_t axis,
            absl::Span<const int64_t> indices);

}  // namespace tinyc

#endif  // TINYC_PASSES_CHANNELS_CUT_H_
