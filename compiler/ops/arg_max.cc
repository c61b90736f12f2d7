// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/arg_max.h"

#include "arg_max/arg_max.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"

static auto BlockFields(const tc_arg_max_shape*) {
  using T = tc_arg_max_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_arg_max_shape",
      std::tuple{BlockMember{"outer", &T::outer}, BlockMember{"n", &T::n},
                 BlockMember{"inner", &T::inner},
                 BlockMember{"last", &T::last}}};
}

namespace tinyc {

void RegisterArgMax(OpRegistry& registry) {
  registry.Add(std::make_unique<ArgMax>());
  registry.Add(std::make_unique<ArgMin>());
}

absl::StatusOr<std::vector<TensorType>> ArgExtreme::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  if (x.shape[a] == 0) {  // arg_max_c1
    return Invalid("the axis ", axis, " has no elements");
  }
  Shape shape = x.shape;
  if (keepdims != 0) {
    shape[a] = 1;
  } else {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(a));
  }
  return std::vector{TensorType(DType::kS64, shape)};
}

absl::Status ArgExtreme::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.type().rank()));
  const AxisView view = ViewAround(x.shape(), a);
  const bool least = name() == ArgMin::kName;
  for (int64_t i = 0; i < args.out[0]->size(); ++i) {
    const int64_t first = i / view.inner * view.n * view.inner + i % view.inner;
    int64_t best = 0;
    for (int64_t k = 1; k < view.n; ++k) {
      const int64_t at = first + k * view.inner;
      const int64_t so_far = first + best * view.inner;
      const bool wins = least ? Less(x, at, so_far) : Less(x, so_far, at);
      const bool loses = least ? Less(x, so_far, at) : Less(x, at, so_far);
      if (wins || (select_last_index != 0 && !loses)) best = k;
    }
    args.out[0]->SetInt(i, best);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> ArgExtreme::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, x.rank()));
  const AxisView view = ViewAround(x.shape, a);
  KernelCall call;
  call.family = FamilyName(name(), x.dtype);
  call.shape =
      Block::Of(tc_arg_max_shape{Int32(view.outer), Int32(view.n),
                                 Int32(view.inner), select_last_index != 0});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
