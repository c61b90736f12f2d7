// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/grid_sample.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/window.h"
#include "grid_sample/grid_sample.h"

static auto BlockFields(const tc_grid_sample_shape*) {
  using T = tc_grid_sample_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_grid_sample_shape",
      std::tuple{
          BlockMember{"batch", &T::batch},
          BlockMember{"channels", &T::channels}, BlockMember{"rank", &T::rank},
          BlockMember{"in", &T::in}, BlockMember{"points", &T::points},
          BlockMember{"mode", &T::mode}, BlockMember{"padding", &T::padding},
          BlockMember{"align_corners", &T::align_corners}}};
}

namespace tinyc {
namespace {

// One coordinate of a dimension with `size` elements.
class Axis {
 public:
  Axis(const GridSample& op, int64_t size, double coordinate)
      : op_(op), size_(size) {
    const double n = static_cast<double>(size);
    lo_ = op.align_corners ? 0 : -0.5;
    hi_ = op.align_corners ? n - 1 : n - 0.5;
    // In floats, step by step.
    const float c = static_cast<float>(coordinate) + 1.0f;
    const float s = static_cast<float>(size);
    at_ = double{op.align_corners ? c / 2.0f * (s - 1.0f)
                                  : (c * s - 1.0f) / 2.0f};
    if (op.mode == SampleMode::kNearest) at_ = std::nearbyint(at_);
    if (at_ < lo_ || at_ > hi_ || std::isnan(at_)) {
      if (op.padding == SamplePadding::kBorder) {
        at_ = at_ > hi_ ? n - 1 : 0;
      } else if (op.padding == SamplePadding::kReflection) {
        at_ = Mirrored(at_);
      }
    }
    if (!(at_ >= -4)) at_ = -4;
    if (at_ > n + 4) at_ = n + 4;
  }

  // Elements and their weights; those that are 0 are left out.
  std::vector<std::pair<int64_t, double>> Taps() const {
    const int64_t down = static_cast<int64_t>(std::floor(at_));
    const int64_t before = op_.mode == SampleMode::kCubic ? 1 : 0;
    const int64_t after = op_.mode == SampleMode::kNearest  ? 0
                          : op_.mode == SampleMode::kLinear ? 1
                                                            : 2;
    std::vector<std::pair<int64_t, double>> taps;
    for (int64_t i = down - before; i <= down + after; ++i) {
      const double weight = Weight(std::fabs(at_ - static_cast<double>(i)));
      if (i >= 0 && i < size_) {
        taps.emplace_back(i, weight);
      } else if (op_.padding == SamplePadding::kBorder) {
        taps.emplace_back(i < 0 ? 0 : size_ - 1, weight);
      } else if (op_.padding == SamplePadding::kReflection) {
        const int64_t inside =
            static_cast<int64_t>(Mirrored(static_cast<double>(i)));
        taps.emplace_back(std::clamp<int64_t>(inside, 0, size_ - 1), weight);
      }
    }
    return taps;
  }

 private:
  double Mirrored(double v) const {
    if (!(hi_ > lo_)) return lo_;
    const double period = 2 * (hi_ - lo_);
    double r = std::fmod(v - lo_, period);
    if (r < 0) r += period;
    return r <= hi_ - lo_ ? lo_ + r : hi_ - (r - (hi_ - lo_));
  }

  double Weight(double t) const {
    constexpr double kA = -0.75;
    if (op_.mode == SampleMode::kNearest) return 1;
    if (op_.mode == SampleMode::kLinear) return std::max(1 - t, 0.0);
    if (t <= 1) return (kA + 2) * t * t * t - (kA + 3) * t * t + 1;
    return kA * (t * t * t - 5 * t * t + 8 * t - 4);
  }

  const GridSample& op_;
  const int64_t size_;
  double lo_;
  double hi_;
  double at_;
};

}  // namespace

void RegisterGridSample(OpRegistry& registry) {
  registry.Add(std::make_unique<GridSample>());
}

absl::StatusOr<std::vector<TensorType>> GridSample::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& grid = *args.in[1];
  const int64_t rank = x.rank() - 2;
  if ((rank != 2 && rank != 3) || grid.rank() != x.rank() ||
      grid.shape.back() != rank || grid.shape[0] != x.shape[0]) {
    return Invalid("a grid of shape ", ToString(grid.shape),  // grid_sample_c1
                   " has no coordinates of an input of shape ",
                   ToString(x.shape));
  }
  if (!(x.elem() == grid.elem()) || x.quantized() || !IsFloat(x.dtype)) {
    return Invalid("input and grid are floats of one type");  // grid_sample_c2
  }
  for (size_t d = 2; d < x.shape.size(); ++d) {
    if (x.shape[d] == 0) {  // grid_sample_c3
      return Invalid("dimension ", d, " of the input has no elements");
    }
  }
  Shape shape{x.shape[0], x.shape[1]};
  shape.insert(shape.end(), grid.shape.begin() + 1, grid.shape.end() - 1);
  return std::vector{TensorType(x.elem(), std::move(shape))};
}

absl::Status GridSample::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& grid = *args.in[1];
  Tensor& y = *args.out[0];
  const SpatialDims dims = SplitDims(x.shape(), Layout::kNchw);
  const size_t rank = dims.space.size();
  const int64_t points = dims.batch * dims.channels == 0
                             ? 0
                             : y.size() / (dims.batch * dims.channels);
  for (int64_t at = 0; at < y.size(); ++at) {
    const int64_t p = at % points;
    const int64_t c = at / points % dims.channels;
    const int64_t n = at / points / dims.channels;
    std::vector<std::vector<std::pair<int64_t, double>>> taps;
    std::vector<int64_t> counts;
    for (size_t d = 0; d < rank; ++d) {
      const int64_t from = (n * points + p) * static_cast<int64_t>(rank) +
                           static_cast<int64_t>(rank - 1 - d);
      taps.push_back(Axis(*this, dims.space[d], grid.At(from)).Taps());
      counts.push_back(static_cast<int64_t>(taps.back().size()));
    }
    double sum = 0;
    std::vector<int64_t> position(rank);
    ForEachIndex(counts, [&](absl::Span<const int64_t> k) {
      double weight = 1;
      for (size_t d = 0; d < rank; ++d) {
        const auto& [element, w] = taps[d][static_cast<size_t>(k[d])];
        position[d] = element;
        weight *= w;
      }
      if (weight == 0) return;
      sum += weight * x.At(SpatialOffset(dims, Layout::kNchw, n, c, position));
    });
    y.Set(at, sum);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> GridSample::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const Shape& grid = node.input(1)->type().shape;
  tc_grid_sample_shape s = {};
  s.batch = Int32(x.shape[0]);
  s.channels = Int32(x.shape[1]);
  s.rank = x.rank() - 2;
  s.in[0] = s.rank == 3 ? Int32(x.shape[2]) : 1;
  s.in[1] = Int32(x.shape[x.shape.size() - 2]);
  s.in[2] = Int32(x.shape.back());
  s.points = Int32(NumElements(Shape(grid.begin() + 1, grid.end() - 1)));
  s.mode = static_cast<int32_t>(mode);
  s.padding = static_cast<int32_t>(padding);
  s.align_corners = align_corners ? 1 : 0;
  KernelCall call;
  call.family = FamilyName("grid_sample", x.dtype);
  call.shape = Block::Of(s);
  call.args = {KernelArg::Input(0), KernelArg::Input(1), KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
