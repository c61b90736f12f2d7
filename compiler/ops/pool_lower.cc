// SPDX-License-Identifier: Apache-2.0
// MaxPool and AveragePool onto the pool2d kernels.
#include <algorithm>
#include <set>

#include "compiler/ir/graph.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/pool.h"
#include "pool2d/pool2d.h"

static auto BlockFields(const tc_pool2d_shape*) {
  using T = tc_pool2d_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_pool2d_shape",
      std::tuple{
          BlockMember{"batch", &T::batch}, BlockMember{"in_h", &T::in_h},
          BlockMember{"in_w", &T::in_w}, BlockMember{"channels", &T::channels},
          BlockMember{"out_h", &T::out_h}, BlockMember{"out_w", &T::out_w},
          BlockMember{"kernel_h", &T::kernel_h},
          BlockMember{"kernel_w", &T::kernel_w},
          BlockMember{"stride_h", &T::stride_h},
          BlockMember{"stride_w", &T::stride_w},
          BlockMember{"pad_top", &T::pad_top},
          BlockMember{"pad_left", &T::pad_left},
          BlockMember{"dilation_h", &T::dilation_h},
          BlockMember{"dilation_w", &T::dilation_w},
          BlockMember{"count_include_pad", &T::count_include_pad},
          BlockMember{"pad_bottom", &T::pad_bottom},
          BlockMember{"pad_right", &T::pad_right},
          BlockMember{"uniform", &T::uniform}}};
}

static auto BlockFields(const tc_avg_pool2d_quant*) {
  using T = tc_avg_pool2d_quant;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_avg_pool2d_quant",
      std::tuple{BlockMember{"in_zero", &T::in_zero},
                 BlockMember{"out_zero", &T::out_zero},
                 BlockMember{"shift", &T::shift}, BlockMember{"lo", &T::lo},
                 BlockMember{"hi", &T::hi}}};
}

namespace tinyc {
namespace {

// The geometry over one or two dimensions, as two.
absl::StatusOr<tc_pool2d_shape> MakeShape(const Pool& pool, const Node& node) {
  if (pool.layout != Layout::kNhwc) {
    return Internal("pooling kernels need the layout nhwc");
  }
  const SpatialDims in = SplitDims(node.input(0)->type().shape, pool.layout);
  const SpatialDims out = SplitDims(node.output()->type().shape, pool.layout);
  if (in.space.size() > 2) {
    return Unimplemented("pooling over ", in.space.size(),
                         " spatial dimensions has no C kernel, at most 2");
  }
  const Window window = pool.ToWindow();
  const size_t w = in.space.size() - 1;
  const bool plane = w == 1;
  tc_pool2d_shape s = {};
  s.batch = Int32(in.batch);
  s.in_h = plane ? Int32(in.space[0]) : 1;
  s.in_w = Int32(in.space[w]);
  s.channels = Int32(in.channels);
  s.out_h = plane ? Int32(out.space[0]) : 1;
  s.out_w = Int32(out.space[w]);
  s.kernel_h = plane ? Int32(window.kernel[0]) : 1;
  s.kernel_w = Int32(window.kernel[w]);
  s.stride_h = plane ? Int32(window.stride(0)) : 1;
  s.stride_w = Int32(window.stride(w));
  s.pad_top = plane ? Int32(window.pad_begin(0)) : 0;
  s.pad_left = Int32(window.pad_begin(w));
  s.dilation_h = plane ? Int32(window.dilation(0)) : 1;
  s.dilation_w = Int32(window.dilation(w));
  s.pad_bottom = plane ? Int32(window.pad_end(0)) : 0;
  s.pad_right = Int32(window.pad_end(w));
  return s;
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> MaxPool::Lower(const Node& node) const {
  TINYC_ASSIGN_OR_RETURN(const tc_pool2d_shape shape, MakeShape(*this, node));
  KernelCall call;
  call.family = FamilyName("max_pool2d", node.output()->type().dtype);
  call.shape = Block::Of(shape);
  call.args = {KernelArg::Input(0), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

absl::StatusOr<std::vector<KernelCall>> AveragePool::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& y = node.output()->type();
  TINYC_ASSIGN_OR_RETURN(tc_pool2d_shape shape, MakeShape(*this, node));
  shape.count_include_pad = count_include_pad ? 1 : 0;
  const std::vector<int64_t> all = Divisors(SplitDims(x.shape, layout).space,
                                            SplitDims(y.shape, layout).space);
  const std::set<int64_t> set(all.begin(), all.end());
  const std::vector<int64_t> divisors(set.begin(), set.end());
  shape.uniform = divisors.size() == 1 ? 1 : 0;
  KernelCall call;
  call.family = FamilyName("avg_pool2d", x.dtype);
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
    call.quant = Block::Of(tc_avg_pool2d_quant{
        x.quant->zero_point[0], y.quant->zero_point[0], scale.shift,
        Int32(MinOf(y.dtype)), Int32(MaxOf(y.dtype))});
    call.args.push_back(KernelArg::Constant("mult", std::move(mult)));
  }
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
