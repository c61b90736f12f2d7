// SPDX-License-Identifier: Apache-2.0
// Large constants whose elements are all equal are not stored but computed,
// each in front of the node that reads it.
//
//   dense(x, const fill(0.02) : f32[1000,4096])
//       =>   %1 = expand(const [0.02]) {shape=[1000,4096]};  dense(x, %1)
//
// It costs memory and time at run time, so that it runs only for models whose
// constants would not fit otherwise.
#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/ops/expand.h"
#include "compiler/text/constant_text.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/uniform.h"

namespace tinyc {
namespace {

// The first element of `tensor` as a tensor of its own.
Tensor FirstElement(const Tensor& tensor) {
  Tensor first(TensorType(tensor.dtype(), {1}));
  std::copy_n(tensor.bytes().begin(), first.bytes().size(),
              first.bytes().begin());
  return first;
}

absl::StatusOr<bool> FillOperands(Graph& graph, Node* node) {
  bool any = false;
  for (size_t i = 0; i < node->inputs().size(); ++i) {
    const Value* operand = node->input(i);
    if (operand == nullptr || operand->constant() == nullptr ||
        !IsLargeUniform(*operand->constant())) {
      continue;
    }
    const Shape& shape = operand->type().shape;
    Expand expand;
    expand.shape.assign(shape.begin(), shape.end());
    Value* const element =
        graph.AddConstant(FirstElement(*operand->constant()), operand->name());
    TINYC_ASSIGN_OR_RETURN(Value* const filled,
                           AddNode(graph, {.before = node, .from = {node}},
                                   std::move(expand), {element}));
    graph.SetInput(node, i, filled);
    any = true;
  }
  return any;
}

}  // namespace

bool IsLargeUniform(const Tensor& tensor) {
  constexpr int64_t kLargeBytes = 64 << 10;
  return tensor.type().bytes() > kLargeBytes && !tensor.type().quantized() &&
         InfoOf(tensor.dtype()).bits >= 8 && IsUniform(tensor);
}

absl::Status FillUniform(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, FillOperands).status();
}

}  // namespace tinyc
