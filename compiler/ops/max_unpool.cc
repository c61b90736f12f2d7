// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/max_unpool.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "max_unpool/max_unpool.h"

static auto BlockFields(const tc_max_unpool_shape*) {
  using T = tc_max_unpool_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_max_unpool_shape",
      std::tuple{BlockMember{"n", &T::n}, BlockMember{"size", &T::size}}};
}

namespace tinyc {

void RegisterMaxUnpool(OpRegistry& registry) {
  registry.Add(std::make_unique<MaxUnpool>());
}

absl::StatusOr<std::vector<TensorType>> MaxUnpool::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& index = *args.in[1];
  if (index.shape != x.shape || index.dtype != DType::kS64) {
    return Invalid("the indices are ", ToString(index),  // max_unpool_c1
                   ", the elements ", ToString(x));
  }
  if (x.quantized()) {  // max_unpool_c2
    return Invalid("max_unpool takes no quantized numbers");
  }
  for (const int64_t n : shape) {
    if (n < 0) return Invalid("a dimension is ", n);  // max_unpool_c3
  }
  return std::vector{TensorType(x.elem(), Shape(shape.begin(), shape.end()))};
}

absl::Status MaxUnpool::Evaluate(const EvalArgs& args) const {
  Tensor& y = *args.out[0];
  for (int64_t i = 0; i < args.in[0]->size(); ++i) {
    const int64_t at = args.in[1]->IntAt(i);
    if (at >= 0 && at < y.size()) CopyElement(*args.in[0], i, y, at);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> MaxUnpool::Lower(
    const Node& node) const {
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(KernelCall zeros,
                         LowerFill(Tensor(TensorType(y.elem(), {})), y));
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("max_unpool", y.dtype));
  call.shape = Block::Of(tc_max_unpool_shape{
      Int32(node.input(0)->type().num_elements()), Int32(y.num_elements())});
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(zeros), std::move(call)};
}

}  // namespace tinyc
