// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random.h"

#include <cmath>
#include <utility>

namespace tinyc {

// SplitMix64.
uint64_t Random::Bits() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

int64_t Random::Int(int64_t lo, int64_t hi) {
  const uint64_t count = static_cast<uint64_t>(hi - lo) + 1;
  return lo + static_cast<int64_t>(Bits() % count);
}

double Random::Real(double lo, double hi) {
  return lo + (hi - lo) * std::ldexp(static_cast<double>(Bits() >> 11), -53);
}

Shape Random::Dims(int64_t rank, int64_t most) {
  Shape shape;
  for (int64_t d = 0; d < rank; ++d) shape.push_back(Int(1, most));
  return shape;
}

Shape Random::Broadcastable(const Shape& shape) {
  Shape result = shape;
  for (int64_t& dim : result) {
    if (Chance(0.3)) dim = 1;
  }
  const auto missing = Int(0, static_cast<int64_t>(shape.size()));
  if (Chance(0.3)) result.erase(result.begin(), result.begin() + missing);
  return result;
}

std::vector<int64_t> Random::Permutation(int64_t rank) {
  std::vector<int64_t> order;
  for (int64_t d = 0; d < rank; ++d) order.push_back(d);
  for (int64_t d = rank - 1; d > 0; --d) {
    std::swap(order[static_cast<size_t>(d)],
              order[static_cast<size_t>(Int(0, d))]);
  }
  return order;
}

std::shared_ptr<const Quant> Random::PerTensor(DType dtype, double natural) {
  const int64_t lo = MinOf(dtype);
  const int64_t hi = MaxOf(dtype);
  const int64_t zero = Chance(0.2)   ? (Chance(0.5) ? lo : hi)
                       : Chance(0.3) ? 0
                                     : Int(lo, hi);
  return Quant::PerTensor(static_cast<float>(natural * std::exp2(Real(-2, 2))),
                          static_cast<int32_t>(zero));
}

std::shared_ptr<const Quant> Random::PerAxis(int axis, int64_t count,
                                             double natural) {
  Quant quant;
  quant.axis = axis;
  for (int64_t i = 0; i < count; ++i) {
    quant.scale.push_back(static_cast<float>(natural * std::exp2(Real(-3, 1))));
    quant.zero_point.push_back(0);
  }
  return std::make_shared<const Quant>(std::move(quant));
}

Tensor Random::Fill(TensorType type) {
  Tensor tensor(std::move(type));
  const DType dtype = tensor.dtype();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (IsFloat(dtype)) {
      const double value = Real(-4, 4);
      tensor.Set(i, Chance(0.002) ? std::nan("")
                    : Chance(0.2) ? std::nearbyint(2 * value) / 2
                                  : value);
      tensor.Set(i, Chance(0.2) ? std::nearbyint(2 * value) / 2 : value);
    } else if (dtype == DType::kBool) {
      tensor.SetInt(i, Int(0, 1));
    } else if (InfoOf(dtype).bits == 64) {
      // Magnitudes of all sizes.
      tensor.SetInt(i, static_cast<int64_t>(Bits()) >> Int(0, 62));
    } else {
      const int64_t lo = MinOf(dtype);
      const int64_t hi = MaxOf(dtype);
      tensor.SetInt(i, Chance(0.1)   ? (Chance(0.5) ? lo : hi)
                       : Chance(0.1) ? Int(0, 2)
                                     : Int(lo, hi));
    }
  }
  return tensor;
}

}  // namespace tinyc
