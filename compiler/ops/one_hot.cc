// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/one_hot.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/indexed.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "one_hot/one_hot.h"

static auto BlockFields(const tc_one_hot_shape*) {
  using T = tc_one_hot_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{"tc_one_hot_shape",
                              std::tuple{BlockMember{"outer", &T::outer},
                                         BlockMember{"depth", &T::depth},
                                         BlockMember{"inner", &T::inner}}};
}

namespace tinyc {

void RegisterOneHot(OpRegistry& registry) {
  registry.Add(std::make_unique<OneHot>());
}

absl::StatusOr<std::vector<TensorType>> OneHot::InferTypes(
    const InferArgs& args) const {
  const TensorType& index = *args.in[0];
  const TensorType& values = *args.in[1];
  TINYC_RETURN_IF_ERROR(CheckIndexType(index));            // one_hot_c1
  if (depth < 0) return Invalid("the depth is ", depth);   // one_hot_c2
  if (values.num_elements() != 2 || values.rank() != 1) {  // one_hot_c3
    return Invalid("the values have the shape ", ToString(values.shape),
                   ", not [2]");
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(values));  // one_hot_c4
  TINYC_ASSIGN_OR_RETURN(const size_t a,
                         NormalizedAxis(axis, index.rank() + 1));
  Shape shape = index.shape;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(a), depth);
  return std::vector{TensorType(values.elem(), std::move(shape))};
}

absl::Status OneHot::Evaluate(const EvalArgs& args) const {
  const Tensor& index = *args.in[0];
  Tensor& y = *args.out[0];
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, y.type().rank()));
  const AxisView view = ViewAround(y.shape(), a);
  for (int64_t i = 0; i < y.size(); ++i) {
    const int64_t d = i / view.inner % depth;
    int64_t hot =
        index.IntAt(i / (depth * view.inner) * view.inner + i % view.inner);
    if (hot < 0) hot += depth;
    CopyElement(*args.in[1], hot == d ? 1 : 0, y, i);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> OneHot::Lower(const Node& node) const {
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(const size_t a, NormalizedAxis(axis, y.rank()));
  const AxisView view = ViewAround(y.shape, a);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(const std::string stem,
                         BytesFamily("one_hot", y.dtype));
  call.family = FamilyName(stem, node.input(0)->type().dtype);
  call.shape = Block::Of(
      tc_one_hot_shape{Int32(view.outer), Int32(view.n), Int32(view.inner)});
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
