// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pool.h"

#include <cmath>
#include <map>

#include "compiler/ops/elements.h"
#include "compiler/ops/fixed_point.h"
#include "compiler/ops/registry.h"

namespace tinyc {
namespace {

// Where the taps of window `p` along dimension `d` are, those in first..end-1.
std::vector<int64_t> Taps(const Window& window, size_t d, int64_t p,
                          int64_t first, int64_t end) {
  std::vector<int64_t> taps;
  for (int64_t k = 0; k < window.kernel[d]; ++k) {
    const int64_t i =
        p * window.stride(d) + k * window.dilation(d) - window.pad_begin(d);
    if (i >= first && i < end) taps.push_back(i);
  }
  return taps;
}

}  // namespace

void RegisterPool(OpRegistry& registry) {
  registry.Add(std::make_unique<MaxPool>());
  registry.Add(std::make_unique<AveragePool>());
}

absl::StatusOr<Shape> Pool::OutputShape(const TensorType& x) const {
  if (x.rank() < 3) {  // pool_c1
    return Invalid("input has rank ", x.rank(), ", at least 3 is needed");
  }
  SpatialDims dims = SplitDims(x.shape, layout);
  const std::vector<int64_t> in = dims.space;
  const Window window = ToWindow();
  TINYC_ASSIGN_OR_RETURN(dims.space, WindowOutput(window, in));  // pool_c2
  for (size_t d = 0; d < in.size(); ++d) {
    for (int64_t p = 0; p < dims.space[d]; ++p) {
      if (Taps(window, d, p, 0, in[d]).empty()) {  // pool_c3
        return Invalid("window ", p, " of spatial dimension ", d,
                       " lies in the padding altogether");
      }
    }
  }
  TINYC_RETURN_IF_ERROR(CheckPerTensor(x));  // pool_c4
  if (x.dtype == DType::kBool) return Invalid("pooling takes no bool");
  return JoinDims(dims, layout);
}

void Pool::ForEachWindow(
    const Tensor& x, const Tensor& y,
    absl::FunctionRef<void(int64_t, absl::Span<const int64_t>, int64_t)> visit)
    const {
  const Window window = ToWindow();
  const SpatialDims in = SplitDims(x.shape(), layout);
  const SpatialDims out = SplitDims(y.shape(), layout);
  const size_t rank = in.space.size();
  std::vector<int64_t> elements;
  int64_t number = 0;
  ForEachIndex(out.space, [&](absl::Span<const int64_t> p) {
    std::vector<std::vector<int64_t>> taps(rank);
    std::vector<int64_t> counts(rank);
    for (size_t d = 0; d < rank; ++d) {
      taps[d] = Taps(window, d, p[d], 0, in.space[d]);
      counts[d] = static_cast<int64_t>(taps[d].size());
    }
    for (int64_t n = 0; n < out.batch; ++n) {
      for (int64_t c = 0; c < out.channels; ++c) {
        elements.clear();
        std::vector<int64_t> position(rank);
        ForEachIndex(counts, [&](absl::Span<const int64_t> k) {
          for (size_t d = 0; d < rank; ++d) {
            position[d] = taps[d][static_cast<size_t>(k[d])];
          }
          elements.push_back(SpatialOffset(in, layout, n, c, position));
        });
        visit(SpatialOffset(out, layout, n, c, p), elements, number);
      }
    }
    ++number;
  });
}

absl::StatusOr<std::vector<TensorType>> MaxPool::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(Shape shape, OutputShape(x));
  return std::vector{TensorType(x.elem(), std::move(shape))};
}

absl::Status MaxPool::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  ForEachWindow(x, y,
                [&](int64_t at, absl::Span<const int64_t> elements, int64_t) {
                  int64_t greatest = -1;
                  for (const int64_t i : elements) {
                    if (std::isnan(x.At(i))) continue;
                    if (greatest < 0 || x.At(i) > x.At(greatest)) greatest = i;
                  }
                  if (greatest < 0) return y.Set(at, -INFINITY);
                  CopyElement(x, greatest, y, at);
                });
  return absl::OkStatus();
}

std::vector<int64_t> AveragePool::Divisors(
    absl::Span<const int64_t> space, absl::Span<const int64_t> out) const {
  const Window window = ToWindow();
  std::vector<int64_t> divisors;
  ForEachIndex(out, [&](absl::Span<const int64_t> p) {
    int64_t n = 1;
    for (size_t d = 0; d < out.size(); ++d) {
      const int64_t before = count_include_pad ? window.pad_begin(d) : 0;
      const int64_t after = count_include_pad ? window.pad_end(d) : 0;
      n *= static_cast<int64_t>(
          Taps(window, d, p[d], -before, space[d] + after).size());
    }
    divisors.push_back(n);
  });
  return divisors;
}

std::vector<double> AveragePool::Ratios(const TensorType& x,
                                        const TensorType& y,
                                        absl::Span<const int64_t> divisors) {
  std::vector<double> ratios;
  for (const int64_t n : divisors) {
    ratios.push_back(double{x.quant->scale[0]} /
                     (double{y.quant->scale[0]} * static_cast<double>(n)));
  }
  return ratios;
}

absl::StatusOr<std::vector<TensorType>> AveragePool::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(Shape shape, OutputShape(x));
  if (!x.quantized() && !IsFloat(x.dtype)) {  // average_pool_c1
    return Invalid("average_pool takes no ", InfoOf(x.dtype).text);
  }
  TINYC_ASSIGN_OR_RETURN(  // average_pool_c2
      const ElemType elem, FreeResult(args.in, args.WantedOr(0, x.elem())));
  return std::vector{TensorType(elem, std::move(shape))};
}

absl::Status AveragePool::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const std::vector<int64_t> divisors = Divisors(
      SplitDims(x.shape(), layout).space, SplitDims(y.shape(), layout).space);
  std::map<int64_t, size_t> scale_of;  // by divisor
  FixedScale scale;
  if (y.type().quantized()) {
    std::vector<int64_t> distinct;
    for (const int64_t n : divisors) {
      if (scale_of.emplace(n, distinct.size()).second) distinct.push_back(n);
    }
    TINYC_ASSIGN_OR_RETURN(
        scale, RenderScale(Ratios(x.type(), y.type(), distinct), y.dtype(), 0));
  }
  ForEachWindow(
      x, y,
      [&](int64_t at, absl::Span<const int64_t> elements, int64_t number) {
        const int64_t n = divisors[static_cast<size_t>(number)];
        if (!y.type().quantized()) {
          double sum = 0;
          for (const int64_t i : elements) sum += x.At(i);
          y.Set(at, sum / static_cast<double>(n));
          return;
        }
        int64_t sum = 0;
        for (const int64_t i : elements) {
          sum += x.IntAt(i) - x.type().quant->zero_point[0];
        }
        y.SetInt(at, int64_t{Rescale(sum, scale, scale_of.at(n))} +
                         y.type().quant->zero_point[0]);
      });
  return absl::OkStatus();
}

}  // namespace tinyc
