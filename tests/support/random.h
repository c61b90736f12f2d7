// SPDX-License-Identifier: Apache-2.0
// Random shapes, types and tensors; the same ones for the same seed.
#ifndef TINYC_TESTS_SUPPORT_RANDOM_H_
#define TINYC_TESTS_SUPPORT_RANDOM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/tensor.h"

namespace tinyc {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}

  uint64_t Bits();
  int64_t Int(int64_t lo, int64_t hi);  // lo..hi
  double Real(double lo, double hi);    // [lo, hi)
  bool Chance(double probability) { return Real(0, 1) < probability; }
  template <typename T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(
        Int(0, static_cast<int64_t>(choices.size()) - 1))];
  }

  // `rank` dimensions of 1..most.
  Shape Dims(int64_t rank, int64_t most);
  // A shape that broadcasts to `shape`.
  Shape Broadcastable(const Shape& shape);
  // A permutation of 0..rank-1.
  std::vector<int64_t> Permutation(int64_t rank);

  // A scale of `natural` times 1/4..4, and any zero point; now and then an
  // extreme one.
  std::shared_ptr<const Quant> PerTensor(DType dtype, double natural);
  // Zero point 0 and a scale per element of dimension `axis`.
  std::shared_ptr<const Quant> PerAxis(int axis, int64_t count, double natural);

  // Integers over their whole range with many extremes, floats in -4..4 with
  // many halves and a few NaNs.
  // many halves.
  Tensor Fill(TensorType type);

 private:
  uint64_t state_;
};

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_RANDOM_H_
