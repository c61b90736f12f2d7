// SPDX-License-Identifier: Apache-2.0
//
// Copy, fill and pad of every element size against index arithmetic.

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// Calls visit(T) with the unsigned type of the element size: copy_b4 -> u32.
template <typename Visit>
void WithElement(const KernelRow& row, Visit visit) {
  const char bytes = row.family.back();
  if (bytes == '1') return visit(Type<uint8_t>{});
  if (bytes == '2') return visit(Type<uint16_t>{});
  if (bytes == '4') return visit(Type<uint32_t>{});
  if (bytes == '8') return visit(Type<uint64_t>{});
  FAIL() << "no element of " << bytes << " bytes";
}

// The indices of position `at` of dimensions `dims`, the last one fastest.
std::vector<int32_t> IndicesOf(int64_t at, int32_t rank, const int32_t* dims) {
  std::vector<int32_t> index(static_cast<size_t>(rank));
  for (int32_t d = rank - 1; d >= 0; --d) {
    index[d] = static_cast<int32_t>(at % dims[d]);
    at /= dims[d];
  }
  return index;
}

int64_t Product(int32_t rank, const int32_t* dims) {
  int64_t n = 1;
  for (int32_t d = 0; d < rank; ++d) n *= dims[d];
  return n;
}

// A view of `dims` into a buffer: dense or with gaps, axes in any order, some
// of them backwards, and with `broadcast` some of stride 0.
struct View {
  int32_t stride[TC_MAX_RANK] = {};
  int32_t offset = 0;
  int64_t size = 0;
};

View RandomView(Random& random, int32_t rank, const int32_t* dims,
                bool broadcast) {
  std::vector<int32_t> order(static_cast<size_t>(rank));
  for (int32_t d = 0; d < rank; ++d) order[d] = d;
  if (random.Bool()) {
    for (int32_t d = 0; d < rank; ++d) {
      std::swap(order[d], order[random.Int(0, rank - 1)]);
    }
  }
  View view;
  view.offset = random.Int(0, 3);
  int32_t step = random.Int(0, 3) == 0 ? 2 : 1;
  for (int32_t k = rank - 1; k >= 0; --k) {
    const int32_t d = order[k];
    if (broadcast && random.Int(0, 4) == 0) continue;
    view.stride[d] = step;
    step *= dims[d] + random.Int(0, 1);
    if (random.Int(0, 4) == 0) {
      view.offset += view.stride[d] * (dims[d] - 1);
      view.stride[d] = -view.stride[d];
    }
  }
  view.size = step + 4;
  return view;
}

class CopyTest : public testing::TestWithParam<KernelRow> {};

TEST_P(CopyTest, MovesEveryElement) {
  WithElement(GetParam(), [](auto type) {
    using T = typename decltype(type)::type;
    Random random(51);
    for (int i = 0; i < 500; ++i) {
      tc_copy_shape s = {};
      s.rank = random.Int(1, 5);
      for (int32_t d = 0; d < s.rank; ++d) {
        s.dims[d] = random.Int(1, s.rank <= 2 ? 40 : 6);
      }
      const View in = RandomView(random, s.rank, s.dims, true);
      const View out = RandomView(random, s.rank, s.dims, false);
      std::copy(in.stride, in.stride + TC_MAX_RANK, s.in_stride);
      std::copy(out.stride, out.stride + TC_MAX_RANK, s.out_stride);
      s.in_offset = in.offset;
      s.out_offset = out.offset;

      const std::vector<T> x = random.Elements<T>(in.size);
      Guarded<T> y(out.size);
      std::vector<T> expected(y.data(), y.data() + out.size);
      for (int64_t k = 0; k < Product(s.rank, s.dims); ++k) {
        const auto index = IndicesOf(k, s.rank, s.dims);
        int64_t from = s.in_offset;
        int64_t to = s.out_offset;
        for (int32_t d = 0; d < s.rank; ++d) {
          from += int64_t{index[d]} * s.in_stride[d];
          to += int64_t{index[d]} * s.out_stride[d];
        }
        expected[to] = x[from];
      }
      GetParam().As<void(const tc_copy_shape*, const void*, void*)>()(
          &s, x.data(), y.data());
      ASSERT_EQ(std::vector<T>(y.data(), y.data() + out.size), expected);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, CopyTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_COPY")),
                         RowName());

class FillTest : public testing::TestWithParam<KernelRow> {};

TEST_P(FillTest, StoresTheValue) {
  WithElement(GetParam(), [](auto type) {
    using T = typename decltype(type)::type;
    Random random(52);
    for (const int32_t n : {1, 2, 7, 100}) {
      const tc_fill_shape s = {n};
      const T value = random.Element<T>();
      Guarded<T> y(n);
      GetParam().As<void(const tc_fill_shape*, const void*, void*)>()(
          &s, &value, y.data());
      for (int32_t k = 0; k < n; ++k) ASSERT_EQ(y[k], value);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, FillTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_FILL")),
                         RowName());

// Walks to position i of a padded dimension of n elements step by step.
int32_t PaddedSource(int32_t i, int32_t n, int32_t mode) {
  int32_t at = 0;
  int32_t direction = 1;  // of the walk through the elements
  for (int32_t k = 0; k < std::abs(i); ++k) {
    const int32_t step = i < 0 ? -1 : 1;
    if (mode == 0) {
      at = std::min(std::max(at + step, 0), n - 1);
      // Coming from outside, edge positions do not move.
      if (i < 0) at = 0;
    } else if (mode == 2) {
      at = (at + step + n) % n;
    } else if (n > 1) {
      if (at == 0) direction = 1;
      if (at == n - 1) direction = -1;
      at += direction;
    }
  }
  return at;
}

class PadTest : public testing::TestWithParam<KernelRow> {};

TEST_P(PadTest, RepeatsTheElementsOfItsMode) {
  WithElement(GetParam(), [](auto type) {
    using T = typename decltype(type)::type;
    Random random(53);
    for (int i = 0; i < 300; ++i) {
      tc_pad_shape s = {};
      s.rank = random.Int(1, 4);
      s.mode = random.Int(0, 2);
      for (int32_t d = 0; d < s.rank; ++d) {
        s.in_dims[d] = random.Int(1, 6);
        s.before[d] = random.Int(-s.in_dims[d] + 1, 8);
        s.out_dims[d] = std::max(
            1, s.in_dims[d] + s.before[d] + random.Int(-s.in_dims[d], 8));
      }
      const std::vector<T> x = random.Elements<T>(Product(s.rank, s.in_dims));
      Guarded<T> y(Product(s.rank, s.out_dims));
      GetParam().As<void(const tc_pad_shape*, const void*, void*)>()(
          &s, x.data(), y.data());
      for (int64_t k = 0; k < Product(s.rank, s.out_dims); ++k) {
        const auto index = IndicesOf(k, s.rank, s.out_dims);
        int64_t from = 0;
        for (int32_t d = 0; d < s.rank; ++d) {
          from = from * s.in_dims[d] +
                 PaddedSource(index[d] - s.before[d], s.in_dims[d], s.mode);
        }
        ASSERT_EQ(y[k], x[from]) << "mode " << s.mode;
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, PadTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_PAD")),
                         RowName());

}  // namespace
}  // namespace tinyc
