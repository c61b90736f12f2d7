// SPDX-License-Identifier: Apache-2.0
// Conv onto the conv2d, depthwise2d and conv3d kernels.
#include <algorithm>
#include <numeric>

#include "compiler/ir/graph.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/spatial_lower.h"
#include "compiler/ops/weighted_lower.h"
#include "conv2d/conv2d.h"
#include "conv3d/conv3d.h"
#include "depthwise2d/depthwise2d.h"

static auto BlockFields(const tc_conv2d_shape*) {
  using T = tc_conv2d_shape;
  return tinyc::BlockFieldsOf{
      "tc_conv2d_shape",
      std::tuple_cat(tinyc::PlaneFields<T>(),
                     std::tuple{tinyc::BlockMember{"group", &T::group}})};
}

static auto BlockFields(const tc_depthwise2d_shape*) {
  return tinyc::BlockFieldsOf{"tc_depthwise2d_shape",
                              tinyc::PlaneFields<tc_depthwise2d_shape>()};
}

static auto BlockFields(const tc_conv3d_shape*) {
  using T = tc_conv3d_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_conv3d_shape",
      std::tuple_cat(tinyc::VolumeFields<T>(),
                     std::tuple{BlockMember{"in_c", &T::in_c},
                                BlockMember{"out_c", &T::out_c},
                                BlockMember{"group", &T::group},
                                BlockMember{"spread", &T::spread},
                                BlockMember{"tap_step", &T::tap_step}})};
}

namespace tinyc {
namespace {

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

KernelArg Weights(const Value& w, int64_t group, WeightForm form) {
  const Shape& shape = w.type().shape;
  const int64_t rows = shape[0];
  if (w.constant() != nullptr) {
    return KernelArg::Rows("weight",
                           ChannelsLast(KernelWeights(*w.constant(), form)),
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

bool Conv::IsGeneral(size_t space) const {
  return space > 2 || std::any_of(spread.begin(), spread.end(),
                                  [](int64_t n) { return n != 1; });
}

absl::StatusOr<std::vector<KernelCall>> Conv::Lower(const Node& node) const {
  if (layout != Layout::kNhwc) {
    return Internal("convolution kernels need the layout nhwc");
  }
  const Value& w = *node.input(1);
  const TensorType& y = node.output()->type();
  const SpatialDims in = SplitDims(node.input(0)->type().shape, layout);
  const SpatialDims out = SplitDims(y.shape, layout);
  const Window window = WindowOf(w.type().shape);
  TINYC_RETURN_IF_ERROR(CheckVolume(in));
  // The kernel for everything is not the fastest one for anything.
  const bool general = IsGeneral(in.space.size()) || y.dtype == DType::kF64;
  const bool depthwise = !general && IsDepthwise(in.channels);
  const WeightForm form =
      general || depthwise ? WeightForm::kBytes : WeightFormOf(node);

  KernelCall call;
  if (general) {
    tc_conv3d_shape s = VolumeShape<tc_conv3d_shape>(in, out, window);
    s.in_c = Int32(in.channels);
    s.out_c = Int32(out.channels);
    s.group = Int32(group);
    for (size_t v = 0; v < 3; ++v) s.spread[v] = s.tap_step[v] = 1;
    for (size_t d = 0; d < spread.size(); ++d) {
      const size_t v = VolumeDim(d, spread.size());
      s.spread[v] = Int32(spread[d]);
      s.tap_step[v] =
          Int32(spread[d] / std::gcd(spread[d], window.dilation(d)));
    }
    call.shape = Block::Of(s);
  } else if (depthwise) {
    call.shape = Block::Of(PlaneShape<tc_depthwise2d_shape>(in, out, window));
  } else {
    tc_conv2d_shape s = PlaneShape<tc_conv2d_shape>(in, out, window);
    s.group = Int32(group);
    call.shape = Block::Of(s);
  }
  const char* const stem = general     ? "conv3d"
                           : depthwise ? "depthwise2d"
                                       : "conv2d";
  if (!y.quantized() && y.dtype == DType::kF64) {
    call.family = FamilyName(stem, y.dtype);
  } else {
    TINYC_ASSIGN_OR_RETURN(call.family, WeightedFamily(stem, y, form));
  }
  call.args.push_back(KernelArg::Input(0));
  call.args.push_back(Weights(w, depthwise ? 1 : group, form));
  TINYC_RETURN_IF_ERROR(
      AddWeightedArgs(node, act_min, act_max, form, &call,
                      general ? InputZero::kInKernel : InputZero::kInBias));
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
