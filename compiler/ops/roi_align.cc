// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/roi_align.h"

#include <algorithm>
#include <cmath>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "roi_align/roi_align.h"

static auto BlockFields(const tc_roi_align_shape*) {
  using T = tc_roi_align_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_roi_align_shape",
      std::tuple{
          BlockMember{"batch", &T::batch},
          BlockMember{"channels", &T::channels}, BlockMember{"in_h", &T::in_h},
          BlockMember{"in_w", &T::in_w}, BlockMember{"regions", &T::regions},
          BlockMember{"out_h", &T::out_h}, BlockMember{"out_w", &T::out_w},
          BlockMember{"samples", &T::samples},
          BlockMember{"maximum", &T::maximum},
          BlockMember{"half_pixel", &T::half_pixel}}};
}

static auto BlockFields(const tc_roi_align_scale*) {
  return tinyc::BlockFieldsOf{
      "tc_roi_align_scale",
      std::tuple{tinyc::BlockMember{"scale", &tc_roi_align_scale::scale}}};
}

namespace tinyc {
namespace {

// The samples along one side of a region, from one cell to the next.
struct Side {
  std::vector<double> at;  // coordinates, cells * samples
  int64_t samples;
};

Side SideOf(const RoiAlign& op, double from, double to, int64_t cells) {
  double size = to - from;
  if (!op.half_pixel) size = size > 1 ? size : 1;
  const double cell = size / static_cast<double>(cells);
  Side side;
  side.samples = op.samples;
  if (side.samples == 0 && cell > 0) {
    side.samples = static_cast<int64_t>(
        std::ceil(std::min<double>(cell, TC_ROI_ALIGN_MAX_SAMPLES)));
  }
  for (int64_t i = 0; i < cells * side.samples; ++i) {
    side.at.push_back(from - (op.half_pixel ? 0.5 : 0) +
                      (static_cast<double>(i) + 0.5) * cell /
                          static_cast<double>(side.samples));
  }
  return side;
}

// The weight of element `i` of `size` in a sample at `v`.
double WeightOf(double v, int64_t i, int64_t size) {
  if (!(v >= -1 && v <= static_cast<double>(size))) return 0;
  v = std::clamp(v, 0.0, static_cast<double>(size - 1));
  return std::max(1 - std::fabs(v - static_cast<double>(i)), 0.0);
}

}  // namespace

void RegisterRoiAlign(OpRegistry& registry) {
  registry.Add(std::make_unique<RoiAlign>());
}

absl::StatusOr<std::vector<TensorType>> RoiAlign::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& rois = *args.in[1];
  const TensorType& image_of = *args.in[2];
  if (x.rank() != 4 || rois.rank() != 2 || rois.shape[1] != 4 ||
      image_of.shape != Shape{rois.shape[0]}) {  // roi_align_c1
    return Invalid("an input of shape ", ToString(x.shape), ", regions of ",
                   ToString(rois.shape), " and their images of ",
                   ToString(image_of.shape), " do not go together");
  }
  if (!(x.elem() == rois.elem()) || x.quantized() || !IsFloat(x.dtype) ||
      image_of.dtype != DType::kS64) {  // roi_align_c2
    return Invalid("input and regions are floats of one type, images s64");
  }
  if (x.shape[2] == 0 || x.shape[3] == 0) {  // roi_align_c3
    return Invalid("the images have no elements");
  }
  constexpr int64_t kMost = 1 << 16;
  if (height < 1 || width < 1 || height > kMost || width > kMost ||
      samples < 0 || samples > TC_ROI_ALIGN_MAX_SAMPLES) {  // roi_align_c4
    return Invalid("a result of ", height, "x", width, " with ", samples,
                   " samples is not possible");
  }
  return std::vector{
      TensorType(x.elem(), Shape{rois.shape[0], x.shape[1], height, width})};
}

absl::Status RoiAlign::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& rois = *args.in[1];
  Tensor& y = *args.out[0];
  const int64_t channels = x.shape()[1];
  const int64_t in_h = x.shape()[2];
  const int64_t in_w = x.shape()[3];
  const auto corner = [&](int64_t region, int64_t i) {
    return rois.At(region * 4 + i) * double{scale};
  };
  for (int64_t at = 0; at < y.size(); ++at) {
    const int64_t ox = at % width;
    const int64_t oy = at / width % height;
    const int64_t c = at / width / height % channels;
    const int64_t r = at / width / height / channels;
    const int64_t image = args.in[2]->IntAt(r);
    if (image < 0 || image >= x.shape()[0]) continue;
    const Side w = SideOf(*this, corner(r, 0), corner(r, 2), width);
    const Side h = SideOf(*this, corner(r, 1), corner(r, 3), height);
    double sum = 0;
    double most = -INFINITY;
    for (int64_t i = oy * h.samples; i < (oy + 1) * h.samples; ++i) {
      for (int64_t j = ox * w.samples; j < (ox + 1) * w.samples; ++j) {
        // Fewer than 4 elements: the others count as 0.
        int64_t weighted = 0;
        for (int64_t iy = 0; iy < in_h; ++iy) {
          const double row = WeightOf(h.at[static_cast<size_t>(i)], iy, in_h);
          if (row == 0) continue;
          for (int64_t ix = 0; ix < in_w; ++ix) {
            const double weight =
                row * WeightOf(w.at[static_cast<size_t>(j)], ix, in_w);
            if (weight == 0) continue;
            const double v =
                weight * x.At(((image * channels + c) * in_h + iy) * in_w + ix);
            sum += v;
            most = std::max(most, v);
            ++weighted;
          }
        }
        if (weighted < 4) most = std::max(most, 0.0);
      }
    }
    const int64_t count = std::max<int64_t>(h.samples * w.samples, 1);
    if (maximum) {
      y.Set(at, h.samples * w.samples == 0 ? 0 : most);
    } else {
      y.Set(at, sum / static_cast<double>(count));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> RoiAlign::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  KernelCall call;
  call.family = FamilyName("roi_align", x.dtype);
  call.shape = Block::Of(tc_roi_align_shape{
      Int32(x.shape[0]), Int32(x.shape[1]), Int32(x.shape[2]),
      Int32(x.shape[3]), Int32(node.input(1)->type().shape[0]), Int32(height),
      Int32(width), Int32(samples), maximum, half_pixel});
  call.quant = Block::Of(tc_roi_align_scale{scale});
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Input(2),
               KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
