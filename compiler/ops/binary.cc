// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/binary.h"

#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/window.h"

namespace tinyc {
namespace {

using Quantized = BinaryRow::Quantized;
using Takes = BinaryRow::Takes;

uint64_t Bits(int64_t value) { return static_cast<uint64_t>(value); }

bool IsTaken(Takes takes, DType dtype) {
  switch (takes) {
    case Takes::kNumbers:
      return dtype != DType::kBool;
    case Takes::kIntegers:
      return IsInteger(dtype);
    case Takes::kBits:
      return !IsFloat(dtype);
    case Takes::kAll:
      return true;
  }
  TINYC_CHECK(false);
}

// Calls visit(i, offset in a, offset in b) for every element i of the result.
void ForEachPair(const Shape& a, const Shape& b, const Shape& y,
                 absl::FunctionRef<void(int64_t, int64_t, int64_t)> visit) {
  const Shape a_strides = BroadcastStrides(a, y);
  const Shape b_strides = BroadcastStrides(b, y);
  int64_t i = 0;
  ForEachIndex(y, [&](absl::Span<const int64_t> index) {
    visit(i++, OffsetOf(index, a_strides), OffsetOf(index, b_strides));
  });
}

}  // namespace

void RegisterBinary(OpRegistry& registry) {
  for (const BinaryRow& row : BinaryRows()) {
    registry.Add(std::make_unique<Binary>(&row));
  }
}

Binary::Binary() : row_(&BinaryRows()[0]) {}

absl::StatusOr<std::vector<TensorType>> Binary::InferTypes(
    const InferArgs& args) const {
  const TensorType& a = *args.in[0];
  const TensorType& b = *args.in[1];
  TINYC_ASSIGN_OR_RETURN(Shape shape,
                         BroadcastShapes(a.shape, b.shape));  // binary_c1
  if (!a.quantized() && !IsTaken(row_->takes, a.dtype)) {     // binary_c2
    return Invalid(name(), " takes no ", InfoOf(a.dtype).text);
  }
  if (a.quantized() && row_->quantized == Quantized::kNone) {  // binary_c3
    return Invalid(name(), " has no integer form");
  }
  if (a.quantized() && row_->quantized == Quantized::kSelection) {
    if (!(a.elem() == b.elem())) {  // binary_c4
      return Invalid("the operands of ", name(),
                     " differ in quantization or type");
    }
    TINYC_RETURN_IF_ERROR(CheckPerTensor(a));
    return std::vector{TensorType(a.elem(), std::move(shape))};
  }
  TINYC_ASSIGN_OR_RETURN(  // binary_c5
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, a.elem())));
  return std::vector{
      TensorType(row_->compares ? ElemType{DType::kBool, nullptr} : elem,
                 std::move(shape))};
}

absl::Status Binary::Evaluate(const EvalArgs& args) const {
  const Tensor& a = *args.in[0];
  const Tensor& b = *args.in[1];
  Tensor& y = *args.out[0];
  const bool arithmetic =
      y.type().quantized() && row_->quantized != Quantized::kSelection;
  if (arithmetic && row_->quantized == Quantized::kProduct) {
    const double ratio = double{a.type().quant->scale[0]} *
                         double{b.type().quant->scale[0]} /
                         double{y.type().quant->scale[0]};
    TINYC_ASSIGN_OR_RETURN(const FixedScale scale,
                           RenderScale({ratio}, y.dtype(), 0));
    const int64_t a_zero = a.type().quant->zero_point[0];
    const int64_t b_zero = b.type().quant->zero_point[0];
    const int64_t y_zero = y.type().quant->zero_point[0];
    ForEachPair(a.shape(), b.shape(), y.shape(),
                [&](int64_t i, int64_t ai, int64_t bi) {
                  const int64_t product =
                      (a.IntAt(ai) - a_zero) * (b.IntAt(bi) - b_zero);
                  y.SetInt(i, Rescale(product, scale, 0) + y_zero);
                });
    return absl::OkStatus();
  }
  if (arithmetic) {
    TINYC_ASSIGN_OR_RETURN(
        const FixedSum sum,
        RenderSum(a.type(), b.type(), y.type(),
                  row_->quantized == Quantized::kDifference));
    const int64_t y_zero = y.type().quant->zero_point[0];
    ForEachPair(a.shape(), b.shape(), y.shape(),
                [&](int64_t i, int64_t ai, int64_t bi) {
                  y.SetInt(i, SumOf(a.IntAt(ai), b.IntAt(bi), sum) + y_zero);
                });
    return absl::OkStatus();
  }
  ForEachPair(a.shape(), b.shape(), y.shape(),
              [&](int64_t i, int64_t ai, int64_t bi) {
                if (IsFloat(a.dtype())) {
                  y.Set(i, row_->real(a.At(ai), b.At(bi)));
                } else if (IsUnsigned(a.dtype())) {
                  const uint64_t value =
                      row_->natural(Bits(a.IntAt(ai)), Bits(b.IntAt(bi)));
                  y.SetInt(i, Wrapped(y.dtype(), value));
                } else {
                  const int64_t value = row_->whole(a.IntAt(ai), b.IntAt(bi));
                  y.SetInt(i, Wrapped(y.dtype(), Bits(value)));
                }
              });
  return absl::OkStatus();
}

QuantRule Binary::Quantization() const {
  switch (row_->quantized) {
    case Quantized::kNone:
      return {.kind = QuantRule::Kind::kFloatOnly};
    case Quantized::kSelection:
      return {.kind = QuantRule::Kind::kSameScale};
    default:
      return {.kind = QuantRule::Kind::kFree};
  }
}

}  // namespace tinyc
