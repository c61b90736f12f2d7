// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/trilu.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/strided_copy.h"
#include "trilu/trilu.h"

static auto BlockFields(const tc_trilu_shape*) {
  using T = tc_trilu_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_trilu_shape",
      std::tuple{BlockMember{"planes", &T::planes},
                 BlockMember{"rows", &T::rows}, BlockMember{"cols", &T::cols},
                 BlockMember{"upper", &T::upper}}};
}

namespace tinyc {
namespace {

// The number 0 as x stores it.
Tensor Zero(const TensorType& x) {
  Tensor zero(TensorType(x.elem(), {1}));
  zero.SetReal(0, 0);
  return zero;
}

}  // namespace

void RegisterTrilu(OpRegistry& registry) {
  registry.Add(std::make_unique<Trilu>());
}

absl::StatusOr<std::vector<TensorType>> Trilu::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.rank() < 2) {  // trilu_c1
    return Invalid("the operand has rank ", x.rank(), " and is no matrix");
  }
  const TensorType* const k = args.in[1];
  if (k != nullptr &&
      (k->dtype != DType::kS64 || k->quantized() || k->num_elements() != 1)) {
    return Invalid("the diagonal is ", ToString(*k),
                   ", not one s64");  // trilu_c2
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // trilu_c3
  return std::vector{x};
}

absl::Status Trilu::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const int64_t rows = x.shape()[x.shape().size() - 2];
  const int64_t cols = x.shape().back();
  const int64_t k = args.in[1] == nullptr ? 0 : args.in[1]->IntAt(0);
  const Tensor zero = Zero(x.type());
  for (int64_t i = 0; i < x.size(); ++i) {
    const int64_t diagonal = i % cols - i / cols % rows;
    const bool kept = upper ? diagonal >= k : diagonal <= k;
    CopyElement(kept ? x : zero, kept ? i : 0, *args.out[0], i);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Trilu::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  if (x.num_elements() == 0) return std::vector<KernelCall>();
  const int64_t rows = x.shape[x.shape.size() - 2];
  const int64_t cols = x.shape.back();
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family, BytesFamily("trilu", x.dtype));
  call.shape =
      Block::Of(tc_trilu_shape{Int32(x.num_elements() / rows / cols),
                               Int32(rows), Int32(cols), upper ? 1 : 0});
  const bool main_diagonal =
      node.inputs().size() < 2 || node.input(1) == nullptr;
  call.args = {KernelArg::Input(0),
               main_diagonal
                   ? KernelArg::Constant("k", Tensor::Scalar<int64_t>(0))
                   : KernelArg::Input(1),
               KernelArg::Constant("zero", Zero(x)), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
