// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/deform_conv.h"

#include <algorithm>
#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/spatial_lower.h"
#include "deform_conv/deform_conv.h"

static auto BlockFields(const tc_deform_conv_shape*) {
  using T = tc_deform_conv_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_deform_conv_shape",
      std::tuple_cat(
          tinyc::PlaneFields<T>(),
          std::tuple{BlockMember{"group", &T::group},
                     BlockMember{"offset_group", &T::offset_group}})};
}

namespace tinyc {
namespace {

// The image at offset `plane` of x, between elements and beyond its ends.
double Bilinear(const Tensor& x, int64_t plane, int64_t h, int64_t w,
                double row, double column) {
  double sum = 0;
  for (int64_t i = 0; i < h; ++i) {
    const double a = 1 - std::fabs(row - static_cast<double>(i));
    if (!(a > 0)) continue;
    for (int64_t j = 0; j < w; ++j) {
      const double b = 1 - std::fabs(column - static_cast<double>(j));
      if (b > 0) sum += a * b * x.At(plane + i * w + j);
    }
  }
  return sum;
}

}  // namespace

void RegisterDeformConv(OpRegistry& registry) {
  registry.Add(std::make_unique<DeformConv>());
}

absl::StatusOr<std::vector<TensorType>> DeformConv::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& w = *args.in[1];
  if (x.rank() != 4 || w.rank() != 4) {  // deform_conv_c1
    return Invalid("deform_conv takes images, not an input of rank ", x.rank());
  }
  if (x.quantized() || !IsFloat(x.dtype)) {  // deform_conv_c2
    return Invalid("deform_conv takes no ", InfoOf(x.dtype).text);
  }
  for (const TensorType* operand : args.in) {
    if (operand != nullptr && !(operand->elem() == x.elem())) {
      return Invalid("the operands differ in type");  // deform_conv_c3
    }
  }
  if (group < 1 || w.shape[0] % group != 0 ||
      w.shape[1] * group != x.shape[1] || offset_group < 1 ||
      x.shape[1] % offset_group != 0) {  // deform_conv_c4
    return Invalid("weight has ", w.shape[1], " input channels in each of ",
                   group, " groups, input has ", x.shape[1], " in ",
                   offset_group, " groups of offsets");
  }
  SpatialDims dims = SplitDims(x.shape, Layout::kNchw);
  TINYC_ASSIGN_OR_RETURN(dims.space,
                         WindowOutput(WindowOf(w.shape), dims.space));
  const Shape places{x.shape[0], offset_group * w.shape[2] * w.shape[3],
                     dims.space[0], dims.space[1]};
  Shape offsets = places;
  offsets[1] *= 2;
  if (args.in[2]->shape != offsets ||
      (args.in[3] != nullptr && args.in[3]->shape != Shape{w.shape[0]}) ||
      (args.in[4] != nullptr && args.in[4]->shape != places)) {
    return Invalid("the offsets have shape ",  // deform_conv_c5
                   ToString(args.in[2]->shape), ", not ", ToString(offsets),
                   ", or bias or mask do not go with them");
  }
  dims.channels = w.shape[0];
  return std::vector{TensorType(x.elem(), JoinDims(dims, Layout::kNchw))};
}

absl::Status DeformConv::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& w = *args.in[1];
  const Tensor& offset = *args.in[2];
  const Tensor* bias = args.in[3];
  const Tensor* mask = args.in[4];
  Tensor& y = *args.out[0];
  const Window window = WindowOf(w.shape());
  const int64_t in_c = x.shape()[1];
  const int64_t in_h = x.shape()[2];
  const int64_t in_w = x.shape()[3];
  const int64_t group_in = w.shape()[1];
  const int64_t kernel_w = w.shape()[3];
  const int64_t taps = w.shape()[2] * kernel_w;
  const int64_t out_c = y.shape()[1];
  const int64_t out_w = y.shape()[3];
  const int64_t area = y.shape()[2] * out_w;
  for (int64_t at = 0; at < y.size(); ++at) {
    const int64_t p = at % area;
    const int64_t o = at / area % out_c;
    const int64_t n = at / area / out_c;
    double sum = bias == nullptr ? 0 : bias->At(o);
    for (int64_t ci = 0; ci < group_in; ++ci) {
      const int64_t c = o / (out_c / group) * group_in + ci;
      const int64_t set = n * offset_group + c / (in_c / offset_group);
      for (int64_t k = 0; k < taps; ++k) {
        const int64_t place = set * taps + k;
        const double row =
            static_cast<double>(p / out_w * window.stride(0) +
                                k / kernel_w * window.dilation(0) -
                                window.pad_begin(0)) +
            offset.At(2 * place * area + p);
        const double column =
            static_cast<double>(p % out_w * window.stride(1) +
                                k % kernel_w * window.dilation(1) -
                                window.pad_begin(1)) +
            offset.At((2 * place + 1) * area + p);
        const double v =
            Bilinear(x, (n * in_c + c) * in_h * in_w, in_h, in_w, row, column);
        sum += w.At((o * group_in + ci) * taps + k) * v *
               (mask == nullptr ? 1 : mask->At(place * area + p));
      }
    }
    y.Set(at, sum);
  }
  return absl::OkStatus();
}

int64_t DeformConv::Macs(const Node& node) const {
  const TensorType& w = node.input(1)->type();
  return node.output()->type().num_elements() * w.num_elements() /
         std::max<int64_t>(w.shape[0], 1);
}

absl::StatusOr<std::vector<KernelCall>> DeformConv::Lower(
    const Node& node) const {
  const TensorType& y = node.output()->type();
  const Shape& w = node.input(1)->type().shape;
  const SpatialDims in = SplitDims(node.input(0)->type().shape, Layout::kNchw);
  auto s = PlaneShape<tc_deform_conv_shape>(
      in, SplitDims(y.shape, Layout::kNchw), WindowOf(w));
  s.group = Int32(group);
  s.offset_group = Int32(offset_group);
  const auto optional = [&](int i) {
    return node.input(static_cast<size_t>(i)) == nullptr ? KernelArg::Null()
                                                         : KernelArg::Input(i);
  };
  KernelCall call;
  call.family = FamilyName("deform_conv", y.dtype);
  call.shape = Block::Of(s);
  call.scratch_bytes = in.channels * w[2] * w[3] * InfoOf(y.dtype).bits / 8;
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Input(2),
               optional(3),         optional(4),         KernelArg::Scratch(),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
