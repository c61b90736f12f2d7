// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/clip.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/table.h"

namespace tinyc {
namespace {

// A comparison with a NaN is false.
double Limit(double a, double lo, double hi) {
  a = a < lo ? lo : a;
  return a > hi ? hi : a;
}

// The integers of a plain type that lie within the limits.
IntRange WholeRange(DType dtype, double lo, double hi) {
  Tensor bounds(TensorType(dtype, {2}));
  bounds.Set(0, std::ceil(lo));
  bounds.Set(1, std::floor(hi));
  return {static_cast<int32_t>(bounds.IntAt(0)),
          static_cast<int32_t>(bounds.IntAt(1))};
}

}  // namespace

void RegisterClip(OpRegistry& registry) {
  registry.Add(std::make_unique<Clip>());
}

absl::StatusOr<std::vector<TensorType>> Clip::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (std::isnan(min) || std::isnan(max)) {  // clip_c1
    return Invalid("a limit is not a number");
  }
  if (x.dtype == DType::kBool) return Invalid("clip takes no bool");  // clip_c2
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));                           // clip_c3
  const ElemType wanted = args.WantedOr(0, x.elem());
  if (!x.quantized() || !wanted.quant) return std::vector{x};
  TINYC_ASSIGN_OR_RETURN(const ElemType elem, FreeResult(args.in, wanted));
  return std::vector{TensorType(elem, x.shape)};
}

absl::Status Clip::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const bool whole = !x.type().quantized() && !IsFloat(x.dtype());
  const double lo = whole ? std::ceil(min) : min;
  const double hi = whole ? std::floor(max) : max;
  const bool same = x.type().elem() == y.type().elem();
  if (x.type().quantized() && !same) {
    EvaluateTable(x, y, [&](double a) { return Limit(a, min, max); });
    return absl::OkStatus();
  }
  for (int64_t i = 0; i < x.size(); ++i) {
    const double real = x.Real(i);
    const double limited = Limit(real, lo, hi);
    if (same && limited == real) {
      CopyElement(x, i, y, i);  // exact for 64-bit integers too
    } else {
      y.SetReal(i, limited);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Clip::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  if (!(x.elem() == y.elem())) {
    return LowerTable(x, y, [&](double a) { return Limit(a, min, max); });
  }
  KernelCall call;
  call.family = FamilyName("clip", x.dtype);
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  if (x.dtype == DType::kF32) {
    call.quant = Block::Of(tc_act_f32{min, max});
  } else if (!IsFloat(x.dtype) && InfoOf(x.dtype).bits <= 32) {
    const IntRange range = x.quantized() ? QuantizedClamp(x, min, max)
                                         : WholeRange(x.dtype, min, max);
    call.quant = Block::Of(tc_act_int{range.lo, range.hi});
  } else {
    return Unimplemented("clip has no C kernel for ", InfoOf(x.dtype).text);
  }
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
