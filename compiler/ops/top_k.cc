// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/top_k.h"

#include <algorithm>
#include <numeric>

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "top_k/top_k.h"

static auto BlockFields(const tc_top_k_shape*) {
  using T = tc_top_k_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_top_k_shape",
      std::tuple{BlockMember{"outer", &T::outer}, BlockMember{"n", &T::n},
                 BlockMember{"inner", &T::inner}, BlockMember{"k", &T::k}}};
}

namespace tinyc {

void RegisterTopK(OpRegistry& registry) {
  registry.Add(std::make_unique<TopK>());
}

absl::StatusOr<std::vector<TensorType>> TopK::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  if (k < 0 || k > x.shape[a]) {  // top_k_c1
    return Invalid("the axis has ", x.shape[a], " elements, not ", k);
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // top_k_c2
  Shape shape = x.shape;
  shape[a] = k;
  return std::vector{TensorType(DType::kS64, std::move(shape))};
}

absl::Status TopK::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.type().rank()));
  const AxisView view = ViewAround(x.shape(), a);
  for (int64_t line = 0; line < view.outer * view.inner; ++line) {
    const int64_t outer = line / view.inner;
    const int64_t inner = line % view.inner;
    const auto element = [&](int64_t i) {
      return (outer * view.n + i) * view.inner + inner;
    };
    // One after the other: the best of those that are left, the first of
    // several.
    std::vector<bool> taken(static_cast<size_t>(view.n));
    for (int64_t i = 0; i < k; ++i) {
      int64_t best = -1;
      for (int64_t j = 0; j < view.n; ++j) {
        if (taken[static_cast<size_t>(j)]) continue;
        if (best < 0 || (largest ? Less(x, element(best), element(j))
                                 : Less(x, element(j), element(best)))) {
          best = j;
        }
      }
      taken[static_cast<size_t>(best)] = true;
      args.out[0]->SetInt((outer * k + i) * view.inner + inner, best);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> TopK::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (node.output()->type().num_elements() == 0) {
    return std::vector<KernelCall>();
  }
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  const AxisView view = ViewAround(x.shape, a);
  KernelCall call;
  call.family = FamilyName(largest ? "top_k" : "bottom_k", x.dtype);
  call.shape = Block::Of(tc_top_k_shape{Int32(view.outer), Int32(view.n),
                                        Int32(view.inner), Int32(k)});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
