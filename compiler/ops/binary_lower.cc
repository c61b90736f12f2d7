// SPDX-License-Identifier: Apache-2.0
// Binary onto the pointwise kernels.
#include "compiler/ir/graph.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/indexing.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/plain_family.h"
#include "compiler/ops/strided_copy.h"
#include "pointwise/binary.h"

static auto BlockFields(const tc_binary_shape*) {
  using T = tc_binary_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_binary_shape",
      std::tuple{BlockMember{"rank", &T::rank}, BlockMember{"dims", &T::dims},
                 BlockMember{"a_stride", &T::a_stride},
                 BlockMember{"b_stride", &T::b_stride}}};
}

static auto BlockFields(const tc_add_quant*) {
  using T = tc_add_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_add_quant",
      std::tuple{
          BlockMember{"a_mult", &T::a_mult}, BlockMember{"b_mult", &T::b_mult},
          BlockMember{"shift", &T::shift},
          BlockMember{"out_zero", &T::out_zero}, BlockMember{"lo", &T::lo},
          BlockMember{"hi", &T::hi}, BlockMember{"offset", &T::offset}}};
}

static auto BlockFields(const tc_mul_quant*) {
  using T = tc_mul_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_mul_quant",
      std::tuple{BlockMember{"a_zero", &T::a_zero},
                 BlockMember{"b_zero", &T::b_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"mult", &T::mult}, BlockMember{"shift", &T::shift},
                 BlockMember{"lo", &T::lo}, BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

using Quantized = BinaryRow::Quantized;

absl::StatusOr<Block> ShapeBlock(const Shape& a, const Shape& b,
                                 const Shape& y) {
  // y is contiguous, so that only the operands decide what merges.
  const StridedCopy merged =
      Merged({y, BroadcastStrides(a, y), BroadcastStrides(b, y)});
  TINYC_RETURN_IF_ERROR(CheckRank(merged.dims.size()));
  tc_binary_shape shape = {};
  shape.rank = static_cast<int32_t>(merged.dims.size());
  for (size_t d = 0; d < merged.dims.size(); ++d) {
    shape.dims[d] = Int32(merged.dims[d]);
    shape.a_stride[d] = Int32(merged.in_strides[d]);
    shape.b_stride[d] = Int32(merged.out_strides[d]);
  }
  return Block::Of(shape);
}

absl::StatusOr<Block> QuantBlock(Quantized kind, const TensorType& a,
                                 const TensorType& b, const TensorType& y) {
  const int32_t y_zero = y.quant->zero_point[0];
  const int32_t lo = Int32(MinOf(y.dtype));
  const int32_t hi = Int32(MaxOf(y.dtype));
  if (kind == Quantized::kProduct) {
    const double ratio = double{a.quant->scale[0]} * double{b.quant->scale[0]} /
                         double{y.quant->scale[0]};
    const int64_t bound = CenteredBound(y.dtype);
    TINYC_ASSIGN_OR_RETURN(const FixedScale scale,
                           RenderScale({ratio}, y.dtype, bound * bound));
    return Block::Of(tc_mul_quant{a.quant->zero_point[0],
                                  b.quant->zero_point[0], y_zero, scale.mult[0],
                                  scale.shift, lo, hi});
  }
  TINYC_ASSIGN_OR_RETURN(const FixedSum sum,
                         RenderSum(a, b, y, kind == Quantized::kDifference));
  return Block::Of(tc_add_quant{sum.a_mult, sum.b_mult, sum.shift, y_zero, lo,
                                hi, sum.offset});
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> Binary::Lower(const Node& node) const {
  const TensorType& a = node.input(0)->type();
  const TensorType& b = node.input(1)->type();
  const TensorType& y = node.output()->type();
  if (y.num_elements() == 0) return std::vector<KernelCall>();
  KernelCall call;
  const bool bits = row_->takes == BinaryRow::Takes::kBits ||
                    row_->takes == BinaryRow::Takes::kAll;
  TINYC_ASSIGN_OR_RETURN(call.family, bits ? BitsFamily(name(), a.dtype)
                                           : PlainFamily(name(), a.dtype));
  if (y.quantized() && row_->quantized != Quantized::kSelection) {
    if (a.dtype != y.dtype || b.dtype != y.dtype) {
      return Unimplemented(name(), " of different types has no C kernel");
    }
    TINYC_ASSIGN_OR_RETURN(
        call.family,  // a difference is a sum with a negative multiplier
        ArithmeticFamily(row_->quantized == Quantized::kProduct ? "mul" : "add",
                         y));
    TINYC_ASSIGN_OR_RETURN(call.quant, QuantBlock(row_->quantized, a, b, y));
  } else if ((y.dtype == DType::kS8 || y.dtype == DType::kS16) &&
             (name() == "add" || name() == "mul")) {
    // add_s8 is that of quantized numbers.
    call.family = FamilyName(absl::StrCat(name(), "_wrap"), y.dtype);
  }
  TINYC_ASSIGN_OR_RETURN(call.shape, ShapeBlock(a.shape, b.shape, y.shape));
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
