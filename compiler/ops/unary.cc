// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/unary.h"

#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/elements.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/plain_family.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/table.h"

namespace tinyc {
namespace {

using Takes = UnaryRow::Takes;

bool IsTaken(Takes takes, DType dtype) {
  switch (takes) {
    case Takes::kFloats:
      return IsFloat(dtype);
    case Takes::kSigned:
      return IsFloat(dtype) || InfoOf(dtype).kind == DTypeKind::kSigned;
    case Takes::kNumbers:
      return dtype != DType::kBool;
    case Takes::kBits:
      return !IsFloat(dtype);
  }
  TINYC_CHECK(false);
}

}  // namespace

void RegisterUnary(OpRegistry& registry) {
  for (const UnaryRow& row : UnaryRows()) {
    registry.Add(std::make_unique<Unary>(&row));
  }
}

Unary::Unary() : row_(&UnaryRows()[0]) {}

absl::StatusOr<std::vector<TensorType>> Unary::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const bool taken = x.quantized()
                         ? Quantization().kind == QuantRule::Kind::kTable
                         : IsTaken(row_->takes, x.dtype);
  if (!taken) {  // unary_c1
    return Invalid(name(), " takes no ", x.quantized() ? "quantized " : "",
                   InfoOf(x.dtype).text);
  }
  if (row_->asks) return std::vector{TensorType(DType::kBool, x.shape)};
  TINYC_ASSIGN_OR_RETURN(  // unary_c2
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  return std::vector{TensorType(elem, x.shape)};
}

absl::Status Unary::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  if (x.type().quantized() && y.type().quantized()) {
    EvaluateTable(x, y, row_->real);
    return absl::OkStatus();
  }
  const bool whole = !x.type().quantized() && !IsFloat(x.dtype());
  for (int64_t i = 0; i < x.size(); ++i) {
    if (whole) {
      const int64_t a = x.IntAt(i);
      const bool negative = a < 0 && !IsUnsigned(x.dtype());
      const uint64_t bits = row_->whole(static_cast<uint64_t>(a), negative);
      y.SetInt(i, y.dtype() == DType::kBool ? static_cast<int64_t>(bits & 1)
                                            : Wrapped(y.dtype(), bits));
    } else {
      y.SetReal(i, row_->real(x.Real(i)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Unary::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  if (x.quantized()) return LowerTable(x, y, row_->real);
  KernelCall call;
  TINYC_ASSIGN_OR_RETURN(call.family,
                         row_->takes == Takes::kBits && IsInteger(x.dtype)
                             ? BitsFamily(name(), x.dtype)
                             : PlainFamily(name(), x.dtype));
  call.shape = Block::Of(tc_unary_shape{Int32(x.num_elements())});
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
