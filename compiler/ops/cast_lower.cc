// SPDX-License-Identifier: Apache-2.0
// Cast onto the pointwise kernels.
#include "compiler/ir/graph.h"
#include "compiler/ops/blocks.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/strided_copy.h"
#include "pointwise/bits.h"
#include "pointwise/e8m0.h"
#include "pointwise/small_float.h"

static auto BlockFields(const tc_small_float*) {
  using T = tc_small_float;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_small_float",
      std::tuple{
          BlockMember{"n", &T::n}, BlockMember{"exponent", &T::exponent},
          BlockMember{"mantissa", &T::mantissa}, BlockMember{"bias", &T::bias},
          BlockMember{"greatest", &T::greatest},
          BlockMember{"infinity", &T::infinity}, BlockMember{"nan", &T::nan},
          BlockMember{"beyond", &T::beyond}}};
}

static auto BlockFields(const tc_e8m0_shape*) {
  using T = tc_e8m0_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_e8m0_shape",
      std::tuple{BlockMember{"n", &T::n}, BlockMember{"mode", &T::mode},
                 BlockMember{"below", &T::below},
                 BlockMember{"beyond", &T::beyond}}};
}

static auto BlockFields(const tc_bits_shape*) {
  using T = tc_bits_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_bits_shape",
      std::tuple{BlockMember{"n", &T::n}, BlockMember{"bits", &T::bits},
                 BlockMember{"sign", &T::sign}}};
}

namespace tinyc {
namespace {

bool IsSmallFloat(DType dtype) {
  return IsFloat(dtype) && InfoOf(dtype).bits < 32;
}

bool IsPacked(DType dtype) {
  return IsInteger(dtype) && InfoOf(dtype).bits < 8;
}

// Integers of 16 bits and fewer, and bool, are floats without loss.
bool Narrows(DType from) {
  return !IsSmallFloat(from) && InfoOf(from).bits >= 32;
}

tc_small_float SmallFloatBlock(DType dtype, int64_t n, bool saturate) {
  const SmallFloatFormat f = FormatOf(dtype);
  const auto greatest = static_cast<int32_t>(f.greatest);
  const auto nan = static_cast<int32_t>(f.nan);
  const int32_t infinity = f.infinities ? greatest + 1 : 0;
  const bool limited =
      InfoOf(dtype).bits < 8 || (InfoOf(dtype).bits == 8 && saturate);
  return {Int32(n),   f.exponent,
          f.mantissa, f.bias,
          greatest,   infinity,
          nan,        limited ? greatest : f.infinities ? infinity : nan};
}

// The call for one of the types being small; its family is "" when there is
// none.
KernelCall SmallCall(const Cast& cast, DType from, int64_t n) {
  const DType to = cast.to;
  KernelCall call;
  if (IsSmallFloat(to) && Narrows(from)) {
    call.family = FamilyName("narrow", from);
    if (to == DType::kF8E8M0) {
      absl::StrAppend(&call.family, "_e8m0");
      call.shape = Block::Of(
          tc_e8m0_shape{Int32(n), static_cast<int32_t>(cast.round_mode),
                        cast.saturate ? 0 : 255, cast.saturate ? 254 : 255});
    } else {
      absl::StrAppend(&call.family, InfoOf(to).bits == 16 ? "_b2" : "_b1");
      call.shape = Block::Of(SmallFloatBlock(to, n, cast.saturate));
    }
  } else if (from == DType::kF8E8M0 && to == DType::kF32) {
    call.family = "widen_e8m0_f32";
    call.shape = Block::Of(tc_unary_shape{Int32(n)});
  } else if (IsSmallFloat(from) && to == DType::kF32) {
    call.family = InfoOf(from).bits == 16 ? "widen_b2" : "widen_b1";
    call.shape = Block::Of(SmallFloatBlock(from, n, true));
  } else if (IsPacked(to) && (from == DType::kS8 || from == DType::kU8)) {
    call.family = "pack";
    call.shape = Block::Of(tc_bits_shape{Int32(n), InfoOf(to).bits, 0});
  } else if (IsPacked(from) &&
             to == (IsUnsigned(from) ? DType::kU8 : DType::kS8)) {
    const int bits = InfoOf(from).bits;
    call.family = "unpack";
    call.shape = Block::Of(
        tc_bits_shape{Int32(n), bits, IsUnsigned(from) ? 0 : 1 << (bits - 1)});
  }
  return call;
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> Cast::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const int64_t n = x.num_elements();
  KernelCall call;
  if (IsSmallFloat(x.dtype) || IsSmallFloat(to) || IsPacked(x.dtype) ||
      IsPacked(to)) {
    if (x.dtype == to) return LowerCopy({{n}, {1}, {1}}, to);
    call = SmallCall(*this, x.dtype, n);
    if (call.family.empty()) {
      return Unimplemented("a cast from ", InfoOf(x.dtype).text, " to ",
                           InfoOf(to).text, " has no C kernel");
    }
  } else {
    call.family = FamilyName(FamilyName("cast", x.dtype), to);
    call.shape = Block::Of(tc_unary_shape{Int32(n)});
  }
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
