// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cast.h"

#include <cmath>

#include "compiler/ops/elements.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

void CastElement(const Cast& cast, const Tensor& x, int64_t i, Tensor& y) {
  const DType from = x.dtype();
  const DType to = y.dtype();
  if (from == to) return CopyElement(x, i, y, i);
  if (to == DType::kBool) return y.SetInt(i, x.At(i) != 0);
  if (IsFloat(to) && InfoOf(to).bits == 8) {
    y.bytes()[static_cast<size_t>(i)] = static_cast<uint8_t>(
        DoubleToFloat8(to, x.At(i), cast.saturate, cast.round_mode));
    return;
  }
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
    CastElement(*this, *args.in[0], i, *args.out[0]);
  }
  return absl::OkStatus();
}

}  // namespace tinyc
