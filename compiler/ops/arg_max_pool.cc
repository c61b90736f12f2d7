// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/arg_max_pool.h"

#include <cmath>

#include "compiler/ops/registry.h"

namespace tinyc {

void RegisterArgMaxPool(OpRegistry& registry) {
  registry.Add(std::make_unique<ArgMaxPool>());
}

absl::StatusOr<std::vector<TensorType>> ArgMaxPool::InferTypes(
    const InferArgs& args) const {
  TINYC_ASSIGN_OR_RETURN(const Shape shape, OutputShape(*args.in[0]));
  return std::vector{TensorType(DType::kS64, shape)};
}

absl::Status ArgMaxPool::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const SpatialDims dims = SplitDims(x.shape(), layout);
  // Offsets in x, whatever its layout, to positions with channels first.
  std::vector<int64_t> position_of(static_cast<size_t>(x.size()));
  for (int64_t n = 0; n < dims.batch; ++n) {
    for (int64_t c = 0; c < dims.channels; ++c) {
      ForEachIndex(dims.space, [&](absl::Span<const int64_t> p) {
        int64_t position = 0;
        for (size_t i = 0; i < p.size(); ++i) {
          const size_t d = column_major ? p.size() - 1 - i : i;
          position = position * dims.space[d] + p[d];
        }
        position +=
            (n * dims.channels + c) * x.size() / (dims.batch * dims.channels);
        const int64_t at = SpatialOffset(dims, layout, n, c, p);
        position_of[static_cast<size_t>(at)] = position;
      });
    }
  }
  ForEachWindow(x, y,
                [&](int64_t at, absl::Span<const int64_t> elements, int64_t) {
                  int64_t best = elements[0];
                  for (const int64_t i : elements) {
                    if (std::isnan(x.At(best)) || x.At(i) > x.At(best))
                      best = i;
                  }
                  y.SetInt(at, position_of[static_cast<size_t>(best)]);
                });
  return absl::OkStatus();
}

}  // namespace tinyc
