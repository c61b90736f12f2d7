// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lp_pool.h"

#include <cmath>

#include "compiler/ops/registry.h"

namespace tinyc {

void RegisterLpPool(OpRegistry& registry) {
  registry.Add(std::make_unique<LpPool>());
}

absl::StatusOr<std::vector<TensorType>> LpPool::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_ASSIGN_OR_RETURN(const Shape shape, OutputShape(x));
  if (x.quantized() || !IsFloat(x.dtype)) {  // lp_pool_c1
    return Invalid("lp_pool takes no ", InfoOf(x.dtype).text);
  }
  if (p < 1 || p > 1 << 16) {  // lp_pool_c2
    return Invalid("there is no ", p, "-norm");
  }
  return std::vector{TensorType(x.elem(), shape)};
}

absl::Status LpPool::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const double exponent = static_cast<double>(p);
  ForEachWindow(x, y,
                [&](int64_t at, absl::Span<const int64_t> elements, int64_t) {
                  double sum = 0;
                  for (const int64_t i : elements) {
                    sum += std::pow(std::abs(x.At(i)), exponent);
                  }
                  y.Set(at, std::pow(sum, 1 / exponent));
                });
  return absl::OkStatus();
}

}  // namespace tinyc
