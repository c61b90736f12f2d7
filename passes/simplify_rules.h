// SPDX-License-Identifier: Apache-2.0
// The rules of the pass simplify, by kind of operator.  Each is a rewrite as
// RewriteNodes takes it.
#ifndef TINYC_PASSES_SIMPLIFY_RULES_H_
#define TINYC_PASSES_SIMPLIFY_RULES_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// reshape, transpose, slice, pad, concat, expand, copy.
absl::StatusOr<bool> SimplifyMovement(Graph& graph, Node* node);
// reinterpret, cast, quantize, dequantize, requantize.
absl::StatusOr<bool> SimplifyConversion(Graph& graph, Node* node);
// Arithmetic with constants that do nothing; relu, clip.
absl::StatusOr<bool> SimplifyArithmetic(Graph& graph, Node* node);

// What nodes with regions take from outside.
absl::StatusOr<bool> SimplifyRegions(Graph& graph, Node* node);

// Reinterpret at the inputs and outputs of a model, which take its type: not
// for regions, whose types belong to the operator around them.  No rewrite of
// one node; true when something changed.
bool SimplifyInterface(Graph& graph);

}  // namespace tinyc

#endif  // TINYC_PASSES_SIMPLIFY_RULES_H_
