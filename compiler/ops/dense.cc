// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/dense.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/weighted.h"
#include "compiler/ops/weighted_lower.h"
#include "dense/dense.h"

static auto BlockFields(const tc_dense_shape*) {
  using T = tc_dense_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_dense_shape",
      std::tuple{BlockMember{"rows", &T::rows}, BlockMember{"in", &T::in},
                 BlockMember{"out", &T::out}}};
}

namespace tinyc {

void RegisterDense(OpRegistry& registry) {
  registry.Add(std::make_unique<Dense>());
}

absl::StatusOr<std::vector<TensorType>> Dense::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& w = *args.in[1];
  const TensorType* bias = args.in[2];
  if (x.rank() < 1 || w.rank() != 2) {  // dense_c1
    return Invalid("input has rank ", x.rank(), ", weight ", w.rank());
  }
  if (w.shape[1] != x.shape.back()) {  // dense_c2
    return Invalid("weight has ", w.shape[1], " input features, input has ",
                   x.shape.back());
  }
  if (bias != nullptr && bias->shape != Shape{w.shape[0]}) {  // dense_c3
    return Invalid("bias has shape ", ToString(bias->shape), ", weight has ",
                   w.shape[0], " output features");
  }
  TINYC_ASSIGN_OR_RETURN(  // dense_c4
      const ElemType elem,
      WeightedResult(x, w, bias, args.WantedOr(0, {x.dtype, nullptr})));
  TensorType y(elem, x.shape);
  y.shape.back() = w.shape[0];
  return std::vector{std::move(y)};
}

absl::Status Dense::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& w = *args.in[1];
  const Tensor* bias = args.in[2];
  Tensor& y = *args.out[0];
  const int64_t out = w.shape()[0];
  const int64_t in = w.shape()[1];
  FixedScale scale;
  IntRange clamp = {0, 0};
  if (y.type().quantized()) {
    TINYC_ASSIGN_OR_RETURN(
        scale, RenderScale(WeightedRatios(x.type(), w.type(), y.type()),
                           y.dtype(), 0));
    clamp = QuantizedClamp(y.type(), act_min, act_max);
  }
  for (int64_t at = 0; at < y.size(); ++at) {
    const int64_t row = at / out;
    const int64_t o = at % out;
    if (!y.type().quantized()) {
      double acc = bias == nullptr ? 0 : bias->At(o);
      for (int64_t k = 0; k < in; ++k) {
        acc += w.At(o * in + k) * x.At(row * in + k);
      }
      y.Set(at, std::min(std::max(acc, double{act_min}), double{act_max}));
      continue;
    }
    const Quant& wq = *w.type().quant;
    const int64_t w_zero =
        wq.zero_point[wq.per_tensor() ? 0 : static_cast<size_t>(o)];
    const int64_t x_zero = x.type().quant->zero_point[0];
    int64_t acc = bias == nullptr ? 0 : bias->IntAt(o);
    for (int64_t k = 0; k < in; ++k) {
      acc += (w.IntAt(o * in + k) - w_zero) * (x.IntAt(row * in + k) - x_zero);
    }
    const int64_t value = int64_t{Rescale(acc, scale, static_cast<size_t>(o))} +
                          y.type().quant->zero_point[0];
    y.SetInt(at, std::clamp<int64_t>(value, clamp.lo, clamp.hi));
  }
  return absl::OkStatus();
}

int64_t Dense::Macs(const Node& node) const {
  return node.output()->type().num_elements() * node.input(1)->type().shape[1];
}

absl::StatusOr<std::vector<KernelCall>> Dense::Lower(const Node& node) const {
  const Value& w = *node.input(1);
  const TensorType& y = node.output()->type();
  const int64_t out = w.type().shape[0];
  const int64_t in = w.type().shape[1];
  KernelCall call;
  const WeightForm form = WeightFormOf(node);
  TINYC_ASSIGN_OR_RETURN(call.family, WeightedFamily("dense", y, form));
  call.shape = Block::Of(tc_dense_shape{
      Int32(out == 0 ? 0 : y.num_elements() / out), Int32(in), Int32(out)});
  call.args.push_back(KernelArg::Input(0));
  if (w.constant() != nullptr) {
    call.args.push_back(KernelArg::Rows(
        "weight", KernelWeights(*w.constant(), form), out, out));
  } else {
    KernelArg weight = KernelArg::Input(1);
    weight.pack_rows = weight.pack_group_rows = out;
    weight.row_stride = in;
    weight.dims = {in};
    weight.strides = {1};
    call.args.push_back(std::move(weight));
  }
  TINYC_RETURN_IF_ERROR(AddWeightedArgs(node, act_min, act_max, form, &call));
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
