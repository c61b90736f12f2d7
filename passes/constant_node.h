// SPDX-License-Identifier: Apache-2.0
// Nodes that can be computed at compile time.
#ifndef TINYC_PASSES_CONSTANT_NODE_H_
#define TINYC_PASSES_CONSTANT_NODE_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// True when `node` has operands, all of them constants, and no regions.
bool HasConstantOperands(const Node& node);

// Computes such a node: constants take the uses and the names of its results.
absl::Status FoldNode(Graph& graph, Node* node);

}  // namespace tinyc

#endif  // TINYC_PASSES_CONSTANT_NODE_H_
