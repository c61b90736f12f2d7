// SPDX-License-Identifier: Apache-2.0
//
// What the tests of kernels share: random data, outputs between guard bytes,
// packed weights, and rounding stated once more, in 128 bits.

#ifndef TINYC_TESTS_KERNELS_FIXTURE_H_
#define TINYC_TESTS_KERNELS_FIXTURE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"

namespace tinyc {

__extension__ using Int128 = __int128;

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  // A number of lo .. hi.
  int32_t Int(int64_t lo, int64_t hi) {
    return static_cast<int32_t>(
        std::uniform_int_distribution<int64_t>(lo, hi)(engine_));
  }
  bool Bool() { return Int(0, 1) == 1; }
  float Float(float lo, float hi) {
    return std::uniform_real_distribution<float>(lo, hi)(engine_);
  }

  // All values of an integer type, its extremes often; floats of -2 .. 2.
  template <typename T>
  T Element() {
    if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(Float(-2, 2));
    } else {
      const int32_t kind = Int(0, 15);
      if (kind == 0) return std::numeric_limits<T>::min();
      if (kind == 1) return std::numeric_limits<T>::max();
      return static_cast<T>(std::uniform_int_distribution<uint64_t>()(engine_));
    }
  }
  template <typename T>
  std::vector<T> Elements(int64_t n) {
    std::vector<T> v(static_cast<size_t>(n));
    for (T& x : v) x = Element<T>();
    return v;
  }
  std::vector<int32_t> Ints(int64_t n, int32_t lo, int32_t hi) {
    std::vector<int32_t> v(static_cast<size_t>(n));
    for (int32_t& x : v) x = Int(lo, hi);
    return v;
  }

 private:
  std::mt19937 engine_;
};

// An output buffer that notices what is written beside it.
template <typename T>
class Guarded {
 public:
  explicit Guarded(int64_t n)
      : bytes_(static_cast<size_t>(n) * sizeof(T) + 2 * kGuard, kFill) {}
  ~Guarded() {
    for (size_t i = 0; i < kGuard; ++i) {
      EXPECT_EQ(bytes_[i], kFill) << "written before the output";
      EXPECT_EQ(bytes_[bytes_.size() - 1 - i], kFill)
          << "written after the output";
    }
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  T* data() { return reinterpret_cast<T*>(bytes_.data() + kGuard); }
  T& operator[](int64_t i) { return data()[i]; }

 private:
  static constexpr size_t kGuard = 64;
  static constexpr unsigned char kFill = 0xa5;
  std::vector<unsigned char> bytes_;
};

// floor(num / 2^shift).
inline Int128 FloorShift(Int128 num, int shift) {
  const Int128 den = Int128{1} << shift;
  const Int128 quotient = num / den;
  return num % den < 0 ? quotient - 1 : quotient;
}

// round(acc * mult / 2^shift), a tie going up.
inline Int128 RoundScaled(Int128 acc, int32_t mult, int shift) {
  return FloorShift(acc * mult + (Int128{1} << (shift - 1)), shift);
}

template <typename T>
T ClampTo(Int128 v, int32_t lo, int32_t hi) {
  return static_cast<T>(std::min<Int128>(std::max<Int128>(v, lo), hi));
}

// A multiplier and shift for accumulators up to `bound` in size, such that the
// results fill the range of `T` and saturate now and then.
struct Scale {
  int32_t mult;
  int32_t shift;     // as tc_requant (8 bits) or tc_requant64 (16) takes it
  int32_t exponent;  // the scale is mult / 2^exponent
};

template <typename T>
Scale RandomScale(Random& random, double bound) {
  Scale scale;
  const double target = sizeof(T) == 1 ? 600.0 : 150000.0;
  if (sizeof(T) == 1) {
    scale.shift = 0;
    while (bound < 1 << 29 && random.Int(0, 3) != 0) {
      bound *= 2;
      ++scale.shift;
    }
    scale.exponent = 32 - scale.shift;
  } else {
    scale.exponent = 17;
  }
  double real = target / bound * random.Float(0.3f, 1.0f);
  if (sizeof(T) == 1) {
    real *= 4294967296.0;  // acc is already shifted left
  } else {
    while (real * 2 < 1 && scale.exponent < 62) {
      real *= 2;
      ++scale.exponent;
    }
    real *= 2147483648.0;
    scale.exponent = std::min(scale.exponent + 14, 62);
    scale.shift = scale.exponent;
  }
  scale.mult =
      static_cast<int32_t>(std::min(std::max(real, 1.0), 2147483647.0));
  return scale;
}

// Cuts weights [out][taps] of `groups` groups into blocks of `block` outputs,
// each stored [taps][outputs of the block].
template <typename T>
std::vector<T> PackWeights(const std::vector<T>& weights, int32_t out,
                           int32_t groups, int32_t taps, int32_t block) {
  std::vector<T> packed;
  const int32_t per_group = out / groups;
  for (int32_t g = 0; g < groups; ++g) {
    for (int32_t first = 0; first < per_group; first += block) {
      const int32_t last = std::min(first + block, per_group);
      for (int32_t k = 0; k < taps; ++k) {
        for (int32_t o = first; o < last; ++o) {
          packed.push_back(
              weights[static_cast<size_t>((g * per_group + o) * taps + k)]);
        }
      }
    }
  }
  return packed;
}

// Integers of -8 to 7, two in a byte, the first one in the low half.
inline std::vector<uint8_t> PackNibbles(const std::vector<int8_t>& numbers) {
  std::vector<uint8_t> bytes((numbers.size() + 1) / 2);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const int nibble = numbers[i] & 15;
    bytes[i / 2] |= static_cast<uint8_t>(i % 2 == 0 ? nibble : nibble << 4);
  }
  return bytes;
}

}  // namespace tinyc

#endif  // TINYC_TESTS_KERNELS_FIXTURE_H_
