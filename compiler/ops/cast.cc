// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cast.h"

#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

void CastElement(const Tensor& x, int64_t i, Tensor& y) {
  const DType from = x.dtype();
  const DType to = y.dtype();
  if (from == to) return CopyElement(x, i, y, i);
  if (to == DType::kBool) return y.SetInt(i, x.At(i) != 0);
  if (IsFloat(from)) {
    // Set saturates.
    const double a = x.At(i);
    return y.Set(i, IsFloat(to) ? a : std::isnan(a) ? 0 : std::trunc(a));
  }
  if (to == DType::kF32 && InfoOf(from).bits == 64) {
    // Rounded once: a detour by way of double would round twice.
    const int64_t a = x.IntAt(i);
    return y.Set(i, IsUnsigned(from)
                        ? static_cast<float>(static_cast<uint64_t>(a))
                        : static_cast<float>(a));
  }
  if (IsFloat(to)) return y.Set(i, x.At(i));
  y.SetInt(i, Wrapped(to, static_cast<uint64_t>(x.IntAt(i))));
}

}  // namespace

void RegisterCast(OpRegistry& registry) {
  registry.Add(std::make_unique<Cast>());
}

absl::StatusOr<std::vector<TensorType>> Cast::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  if (x.quantized()) {  // cast_c1
    return Invalid("the operand is quantized; cast takes plain numbers");
  }
  return std::vector{TensorType(to, x.shape)};
}

absl::Status Cast::Evaluate(const EvalArgs& args) const {
  for (int64_t i = 0; i < args.in[0]->size(); ++i) {
    CastElement(*args.in[0], i, *args.out[0]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Cast::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  KernelCall call;
  call.family = FamilyName(FamilyName("cast", x.dtype), to);
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
