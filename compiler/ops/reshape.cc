// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reshape.h"

#include <algorithm>

#include "compiler/ops/elements.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

// The dimension of `to` that is dimension `axis` of `from`: as long, and with
// as many elements before it.  -1 when there is none.
int SameDimension(const Shape& from, int axis, const Shape& to) {
  const auto before = [](const Shape& shape, int d) {
    return NumElements({shape.begin(), shape.begin() + d});
  };
  for (int d = 0; d < static_cast<int>(to.size()); ++d) {
    if (to[static_cast<size_t>(d)] == from[static_cast<size_t>(axis)] &&
        before(to, d) == before(from, axis)) {
      return d;
    }
  }
  return -1;
}

}  // namespace

void RegisterReshape(OpRegistry& registry) {
  registry.Add(std::make_unique<Reshape>());
}

absl::StatusOr<std::vector<TensorType>> Reshape::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  Shape y(shape.begin(), shape.end());
  for (const int64_t dim : y) {
    if (dim < 0) return Invalid("the shape has the dimension ", dim);
  }
  if (NumElements(y) != x.num_elements()) {  // reshape_c1
    return Invalid("the shape ", ToString(y), " has ", NumElements(y),
                   " elements, the operand ", x.num_elements());
  }
  const bool per_axis = x.quantized() && !x.quant->per_tensor();
  TINYC_ASSIGN_OR_RETURN(
      const ElemType elem,  // reshape_c2
      MovedElem(x, per_axis ? SameDimension(x.shape, x.quant->axis, y) : -1));
  return std::vector{TensorType(elem, std::move(y))};
}

absl::Status Reshape::Evaluate(const EvalArgs& args) const {
  const absl::Span<const uint8_t> x = args.in[0]->bytes();
  std::copy(x.begin(), x.end(), args.out[0]->bytes().begin());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Reshape::Lower(const Node&) const {
  return std::vector<KernelCall>();
}

}  // namespace tinyc
