// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/conv.h"

#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/weighted.h"

namespace tinyc {
namespace {

constexpr int64_t kMaxSpread = 1 << 16;

}  // namespace

void RegisterConv(OpRegistry& registry) {
  registry.Add(std::make_unique<Conv>());
}

Window Conv::WindowOf(const Shape& weight) const {
  return {.kernel = {weight.begin() + 2, weight.end()},
          .strides = strides,
          .pads = pads,
          .dilations = dilations};
}

absl::StatusOr<std::vector<TensorType>> Conv::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& w = *args.in[1];
  const TensorType* bias = args.in[2];
  if (x.rank() < 3 || w.rank() != x.rank()) {  // conv_c1
    return Invalid("input has rank ", x.rank(), ", weight ", w.rank());
  }
  SpatialDims dims = SplitDims(x.shape, layout);
  if (group < 1 || w.shape[0] % group != 0 ||
      w.shape[1] * group != dims.channels) {  // conv_c2
    return Invalid("weight has ", w.shape[1], " input channels in each of ",
                   group, " groups, input has ", dims.channels);
  }
  if (bias != nullptr && bias->shape != Shape{w.shape[0]}) {  // conv_c3
    return Invalid("bias has shape ", ToString(bias->shape), ", weight has ",
                   w.shape[0], " output channels");
  }
  if (!spread.empty()) {
    if (spread.size() != dims.space.size() ||
        *std::min_element(spread.begin(), spread.end()) < 1 ||
        *std::max_element(spread.begin(), spread.end()) > kMaxSpread) {
      return Invalid("spread is not ", dims.space.size(),  // conv_c4
                     " numbers from 1 to ", kMaxSpread);
    }
    for (size_t d = 0; d < dims.space.size(); ++d) {
      dims.space[d] = std::max<int64_t>((dims.space[d] - 1) * spread[d] + 1, 0);
    }
  }
  TINYC_ASSIGN_OR_RETURN(dims.space,
                         WindowOutput(WindowOf(w.shape), dims.space));
  dims.channels = w.shape[0];
  TINYC_ASSIGN_OR_RETURN(
      const ElemType elem,
      WeightedResult(x, w, bias, args.WantedOr(0, {x.dtype, nullptr})));
  return std::vector{TensorType(elem, JoinDims(dims, layout))};
}

absl::Status Conv::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& w = *args.in[1];
  const Tensor* bias = args.in[2];
  Tensor& y = *args.out[0];
  const SpatialDims in = SplitDims(x.shape(), layout);
  const SpatialDims out = SplitDims(y.shape(), layout);
  const Window window = WindowOf(w.shape());
  const int64_t group_in = w.shape()[1];
  const int64_t group_out = out.channels / group;
  const int64_t taps =
      NumElements({window.kernel.begin(), window.kernel.end()});
  const size_t rank = in.space.size();

  // Calls add(w index, x index) for each product of one result.
  const auto for_each_tap = [&](int64_t n, int64_t o,
                                absl::Span<const int64_t> p, auto&& add) {
    std::vector<int64_t> position(rank);
    int64_t tap = 0;
    ForEachIndex(window.kernel, [&](absl::Span<const int64_t> k) {
      const int64_t this_tap = tap++;
      for (size_t d = 0; d < rank; ++d) {
        position[d] = p[d] * window.stride(d) + k[d] * window.dilation(d) -
                      window.pad_begin(d);
        if (!spread.empty()) {
          if (position[d] % spread[d] != 0) return;
          position[d] /= spread[d];
        }
        if (position[d] < 0 || position[d] >= in.space[d]) return;
      }
      for (int64_t c = 0; c < group_in; ++c) {
        add((o * group_in + c) * taps + this_tap,
            SpatialOffset(in, layout, n, o / group_out * group_in + c,
                          position));
      }
    });
  };

  FixedScale scale;
  IntRange clamp = {0, 0};
  if (y.type().quantized()) {
    TINYC_ASSIGN_OR_RETURN(
        scale, RenderScale(WeightedRatios(x.type(), w.type(), y.type()),
                           y.dtype(), 0));
    clamp = QuantizedClamp(y.type(), act_min, act_max);
  }
  for (int64_t n = 0; n < out.batch; ++n) {
    for (int64_t o = 0; o < out.channels; ++o) {
      ForEachIndex(out.space, [&](absl::Span<const int64_t> p) {
        const int64_t at = SpatialOffset(out, layout, n, o, p);
        if (!y.type().quantized()) {
          double acc = bias == nullptr ? 0 : bias->At(o);
          for_each_tap(n, o, p, [&](int64_t wi, int64_t xi) {
            acc += w.At(wi) * x.At(xi);
          });
          y.Set(at, std::min(std::max(acc, double{act_min}), double{act_max}));
          return;
        }
        const Quant& wq = *w.type().quant;
        const int64_t w_zero =
            wq.zero_point[wq.per_tensor() ? 0 : static_cast<size_t>(o)];
        const int64_t x_zero = x.type().quant->zero_point[0];
        int64_t acc = bias == nullptr ? 0 : bias->IntAt(o);
        for_each_tap(n, o, p, [&](int64_t wi, int64_t xi) {
          acc += (w.IntAt(wi) - w_zero) * (x.IntAt(xi) - x_zero);
        });
        const int64_t value =
            int64_t{Rescale(acc, scale, static_cast<size_t>(o))} +
            y.type().quant->zero_point[0];
        y.SetInt(at, std::clamp<int64_t>(value, clamp.lo, clamp.hi));
      });
    }
  }
  return absl::OkStatus();
}

QuantRule Conv::Quantization() const {
  return {.kind = QuantRule::Kind::kWeighted,
          .weight = 1,
          .weight_axis = 0,
          .bias = 2};
}

int64_t Conv::Macs(const Node& node) const {
  const TensorType& w = node.input(1)->type();
  return node.output()->type().num_elements() * w.num_elements() /
         std::max<int64_t>(w.shape[0], 1) /
         NumElements({spread.begin(), spread.end()});
}

}  // namespace tinyc
