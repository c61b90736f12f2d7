// SPDX-License-Identifier: Apache-2.0
// Conv onto the conv2d and depthwise2d kernels.
#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/weighted_lower.h"
#include "conv2d/conv2d.h"
#include "depthwise2d/depthwise2d.h"

static auto BlockFields(const tc_conv2d_shape*) {
  using T = tc_conv2d_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_conv2d_shape",
      std::tuple{BlockMember{"batch", &T::batch}, BlockMember{"in_h", &T::in_h},
                 BlockMember{"in_w", &T::in_w}, BlockMember{"in_c", &T::in_c},
                 BlockMember{"out_h", &T::out_h},
                 BlockMember{"out_w", &T::out_w},
                 BlockMember{"out_c", &T::out_c},
                 BlockMember{"kernel_h", &T::kernel_h},
                 BlockMember{"kernel_w", &T::kernel_w},
                 BlockMember{"stride_h", &T::stride_h},
                 BlockMember{"stride_w", &T::stride_w},
                 BlockMember{"pad_top", &T::pad_top},
                 BlockMember{"pad_left", &T::pad_left},
                 BlockMember{"dilation_h", &T::dilation_h},
                 BlockMember{"dilation_w", &T::dilation_w},
                 BlockMember{"group", &T::group}}};
}

static auto BlockFields(const tc_depthwise2d_shape*) {
  using T = tc_depthwise2d_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_depthwise2d_shape",
      std::tuple{BlockMember{"batch", &T::batch}, BlockMember{"in_h", &T::in_h},
                 BlockMember{"in_w", &T::in_w}, BlockMember{"in_c", &T::in_c},
                 BlockMember{"out_h", &T::out_h},
                 BlockMember{"out_w", &T::out_w},
                 BlockMember{"out_c", &T::out_c},
                 BlockMember{"kernel_h", &T::kernel_h},
                 BlockMember{"kernel_w", &T::kernel_w},
                 BlockMember{"stride_h", &T::stride_h},
                 BlockMember{"stride_w", &T::stride_w},
                 BlockMember{"pad_top", &T::pad_top},
                 BlockMember{"pad_left", &T::pad_left},
                 BlockMember{"dilation_h", &T::dilation_h},
                 BlockMember{"dilation_w", &T::dilation_w}}};
}

namespace tinyc {
namespace {

// The geometry of a convolution over one or two dimensions, as two.
template <typename ShapeBlock>
ShapeBlock MakeShape(const Conv& conv, const Node& node) {
  const SpatialDims in = SplitDims(node.input(0)->type().shape, conv.layout);
  const SpatialDims out = SplitDims(node.output()->type().shape, conv.layout);
  const Window window = conv.WindowOf(node.input(1)->type().shape);
  const size_t w = in.space.size() - 1;
  const bool plane = w == 1;
  ShapeBlock s = {};
  s.batch = Int32(in.batch);
  s.in_h = plane ? Int32(in.space[0]) : 1;
  s.in_w = Int32(in.space[w]);
  s.in_c = Int32(in.channels);
  s.out_h = plane ? Int32(out.space[0]) : 1;
  s.out_w = Int32(out.space[w]);
  s.out_c = Int32(out.channels);
  s.kernel_h = plane ? Int32(window.kernel[0]) : 1;
  s.kernel_w = Int32(window.kernel[w]);
  s.stride_h = plane ? Int32(window.stride(0)) : 1;
  s.stride_w = Int32(window.stride(w));
  s.pad_top = plane ? Int32(window.pad_begin(0)) : 0;
  s.pad_left = Int32(window.pad_begin(w));
  s.dilation_h = plane ? Int32(window.dilation(0)) : 1;
  s.dilation_w = Int32(window.dilation(w));
  return s;
}

// Weights [O][I][k...] to the kernels' [O][k...][I].
Tensor ChannelsLast(const Tensor& w) {
  const int64_t out = w.shape()[0];
  const int64_t in = w.shape()[1];
  const int64_t taps = out * in == 0 ? 0 : w.size() / (out * in);
  Tensor last(TensorType(w.dtype(), {out, taps, in}));
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) {
      for (int64_t t = 0; t < taps; ++t) {
        const int64_t from = (o * in + i) * taps + t;
        const int64_t to = (o * taps + t) * in + i;
        if (IsFloat(w.dtype())) {
          last.Set(to, w.At(from));
        } else {
          last.SetInt(to, w.IntAt(from));
        }
      }
    }
  }
  return last;
}

KernelArg Weights(const Value& w, int64_t group) {
  const Shape& shape = w.type().shape;
  const int64_t rows = shape[0];
  if (w.constant() != nullptr) {
    return KernelArg::Rows("weight", ChannelsLast(KernelWeights(*w.constant())),
                           rows, rows / group);
  }
  KernelArg arg = KernelArg::Input(1);
  arg.pack_rows = rows;
  arg.pack_group_rows = rows / group;
  const Shape strides = RowMajorStrides(shape);
  arg.row_stride = strides[0];
  arg.dims.assign(shape.begin() + 2, shape.end());
  arg.dims.push_back(shape[1]);
  arg.strides.assign(strides.begin() + 2, strides.end());
  arg.strides.push_back(strides[1]);
  return arg;
}

}  // namespace

absl::StatusOr<std::vector<KernelCall>> Conv::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const Value& w = *node.input(1);
  const TensorType& y = node.output()->type();
  if (layout != Layout::kNhwc) {
    return Internal("convolution kernels need the layout nhwc");
  }
  const int64_t space = x.rank() - 2;
  if (space > 2) {
    return Unimplemented("convolution over ", space,
                         " spatial dimensions has no C kernel, at most 2");
  }
  const int64_t channels = x.shape.back();
  const bool depthwise = group == channels && group > 1;
  TINYC_ASSIGN_OR_RETURN(
      const std::string family,
      ArithmeticFamily(depthwise ? "depthwise2d" : "conv2d", y));

  KernelCall call;
  call.family = family;
  if (depthwise) {
    call.shape = Block::Of(MakeShape<tc_depthwise2d_shape>(*this, node));
  } else {
    tc_conv2d_shape s = MakeShape<tc_conv2d_shape>(*this, node);
    s.group = Int32(group);
    call.shape = Block::Of(s);
  }
  call.args.push_back(KernelArg::Input(0));
  call.args.push_back(Weights(w, depthwise ? 1 : group));
  TINYC_RETURN_IF_ERROR(AddWeightedArgs(node, act_min, act_max, &call));
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
