// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/transpose.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "compiler/ops/window.h"

namespace tinyc {
namespace {

// Strides into x of each dimension of y.
Shape SourceStrides(const Shape& x, const std::vector<int64_t>& perm) {
  const Shape strides = RowMajorStrides(x);
  Shape source;
  for (const int64_t d : perm)
    source.push_back(strides[static_cast<size_t>(d)]);
  return source;
}

}  // namespace

void RegisterTranspose(OpRegistry& registry) {
  registry.Add(std::make_unique<Transpose>());
}

absl::StatusOr<std::vector<TensorType>> Transpose::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (perm.size() != x.shape.size()) {  // transpose_c1
    return Invalid("perm has ", perm.size(), " entries, the operand rank ",
                   x.rank());
  }
  std::vector<int> place(perm.size(), -1);  // in y of each dimension of x
  Shape y;
  for (size_t d = 0; d < perm.size(); ++d) {
    if (perm[d] < 0 || perm[d] >= x.rank() ||
        place[static_cast<size_t>(perm[d])] >= 0) {  // transpose_c2
      return Invalid("perm is not a permutation of the dimensions");
    }
    place[static_cast<size_t>(perm[d])] = static_cast<int>(d);
    y.push_back(x.shape[static_cast<size_t>(perm[d])]);
  }
  const bool per_axis = x.quantized() && !x.quant->per_tensor();
  TINYC_ASSIGN_OR_RETURN(
      const ElemType elem,
      MovedElem(x, per_axis ? place[static_cast<size_t>(x.quant->axis)] : -1));
  return std::vector{TensorType(elem, std::move(y))};
}

absl::Status Transpose::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const Shape source = SourceStrides(x.shape(), perm);
  int64_t at = 0;
  ForEachIndex(y.shape(), [&](absl::Span<const int64_t> index) {
    CopyElement(x, OffsetOf(index, source), y, at++);
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Transpose::Lower(
    const Node& node) const {
  const TensorType& y = node.output()->type();
  return LowerCopy({y.shape, SourceStrides(node.input(0)->type().shape, perm),
                    RowMajorStrides(y.shape)},
                   y.dtype);
}

}  // namespace tinyc
