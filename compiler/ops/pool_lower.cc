// SPDX-License-Identifier: Apache-2.0
// The kinds of pooling onto the pool kernels.
#include <algorithm>
#include <set>

#include "compiler/ir/graph.h"
#include "compiler/ops/arg_max_pool.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/lp_pool.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/spatial_lower.h"

static auto BlockFields(const tc_pool_shape*) {
  using T = tc_pool_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_pool_shape",
      std::tuple_cat(
          tinyc::VolumeFields<T>(),
          std::tuple{BlockMember{"channels", &T::channels},
                     BlockMember{"count_include_pad", &T::count_include_pad},
                     BlockMember{"pad_end", &T::pad_end},
                     BlockMember{"uniform", &T::uniform},
                     BlockMember{"column_major", &T::column_major},
                     BlockMember{"p", &T::p}})};
}

static auto BlockFields(const tc_avg_pool_quant*) {
  using T = tc_avg_pool_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_avg_pool_quant",
      std::tuple{BlockMember{"in_zero", &T::in_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"shift", &T::shift}, BlockMember{"lo", &T::lo},
                 BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

// A call of the kernel "<stem>_<type of x>" from x to y.
KernelCall UnaryCall(absl::string_view stem, const Node& node,
                     const tc_pool_shape& shape) {
  KernelCall call;
  call.family = FamilyName(stem, node.input(0)->type().dtype);
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return call;
}

}  // namespace

absl::StatusOr<tc_pool_shape> Pool::KernelShape(const Node& node) const {
  if (layout != Layout::kNhwc) {
    return Internal("pooling kernels need the layout nhwc");
  }
  const SpatialDims in = SplitDims(node.input(0)->type().shape, layout);
  const SpatialDims out = SplitDims(node.output()->type().shape, layout);
  TINYC_RETURN_IF_ERROR(CheckVolume(in));
  const Window window = ToWindow();
  tc_pool_shape s = VolumeShape<tc_pool_shape>(in, out, window);
  s.channels = Int32(in.channels);
  for (size_t d = 0; d < in.space.size(); ++d) {
    s.pad_end[VolumeDim(d, in.space.size())] = Int32(window.pad_end(d));
  }
  return s;
}

absl::StatusOr<std::vector<KernelCall>> MaxPool::Lower(const Node& node) const {
  TINYC_ASSIGN_OR_RETURN(const tc_pool_shape shape, KernelShape(node));
  return std::vector{UnaryCall("max_pool", node, shape)};
}

absl::StatusOr<std::vector<KernelCall>> ArgMaxPool::Lower(
    const Node& node) const {
  TINYC_ASSIGN_OR_RETURN(tc_pool_shape shape, KernelShape(node));
  shape.column_major = column_major ? 1 : 0;
  return std::vector{UnaryCall("arg_max_pool", node, shape)};
}

absl::StatusOr<std::vector<KernelCall>> LpPool::Lower(const Node& node) const {
  TINYC_ASSIGN_OR_RETURN(tc_pool_shape shape, KernelShape(node));
  shape.p = Int32(p);
  return std::vector{UnaryCall("lp_pool", node, shape)};
}

absl::StatusOr<std::vector<KernelCall>> AveragePool::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(tc_pool_shape shape, KernelShape(node));
  shape.count_include_pad = count_include_pad ? 1 : 0;
  const std::vector<int64_t> all = Divisors(SplitDims(x.shape, layout).space,
                                            SplitDims(y.shape, layout).space);
  const std::set<int64_t> set(all.begin(), all.end());
  const std::vector<int64_t> divisors(set.begin(), set.end());
  shape.uniform = divisors.size() == 1 ? 1 : 0;
  KernelCall call;
  call.family = FamilyName("avg_pool", x.dtype);
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0)};
  if (x.quantized()) {
    if (y.dtype != x.dtype) {
      return Unimplemented("average_pool from ", InfoOf(x.dtype).text, " to ",
                           InfoOf(y.dtype).text, " has no C kernel");
    }
    const int64_t taps = NumElements({kernel.begin(), kernel.end()});
    TINYC_ASSIGN_OR_RETURN(const FixedScale scale,
                           RenderScale(Ratios(x, y, divisors), y.dtype,
                                       taps * CenteredBound(x.dtype)));
    // Entry n - 1 is that of the divisor n; those of no window stay 0.
    const bool uniform = divisors.size() == 1;
    Tensor mult(TensorType(DType::kS32, {uniform ? 1 : divisors.back()}));
    for (size_t i = 0; i < divisors.size(); ++i) {
      mult.SetInt(uniform ? 0 : divisors[i] - 1, scale.mult[i]);
    }
    call.quant = Block::Of(tc_avg_pool_quant{
        x.quant->zero_point[0], y.quant->zero_point[0], scale.shift,
        Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
    call.args.push_back(KernelArg::Constant("mult", std::move(mult)));
  }
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
