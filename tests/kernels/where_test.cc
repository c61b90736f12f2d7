// SPDX-License-Identifier: Apache-2.0
//
// The choice between two operands, with every pattern of broadcasting.

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

template <typename T>
void TestWhere(const KernelRow& row) {
  Random random(81);
  for (int broadcast = 0; broadcast < 64; ++broadcast) {
    tc_where_shape s = {2, {3, 5}, {5, 1}, {5, 1}, {5, 1}};
    for (int d = 0; d < 2; ++d) {
      if ((broadcast >> d & 1) != 0) s.c_stride[d] = 0;
      if ((broadcast >> (2 + d) & 1) != 0) s.a_stride[d] = 0;
      if ((broadcast >> (4 + d) & 1) != 0) s.b_stride[d] = 0;
    }
    std::vector<uint8_t> c(15);
    for (uint8_t& flag : c) flag = random.Bool();
    const std::vector<T> a = random.Elements<T>(15);
    const std::vector<T> b = random.Elements<T>(15);
    Guarded<T> y(15);
    row.As<void(const tc_where_shape*, const uint8_t*, const void*, const void*,
                void*)>()(&s, c.data(), a.data(), b.data(), y.data());
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 5; ++j) {
        ASSERT_EQ(y[5 * i + j], c[i * s.c_stride[0] + j * s.c_stride[1]] == 1
                                    ? a[i * s.a_stride[0] + j * s.a_stride[1]]
                                    : b[i * s.b_stride[0] + j * s.b_stride[1]]);
      }
    }
  }
}

class WhereTest : public testing::TestWithParam<KernelRow> {};

TEST_P(WhereTest, Chooses) {
  switch (GetParam().family.back()) {
    case '1':
      return TestWhere<uint8_t>(GetParam());
    case '2':
      return TestWhere<uint16_t>(GetParam());
    case '4':
      return TestWhere<uint32_t>(GetParam());
    default:
      return TestWhere<uint64_t>(GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, WhereTest,
                         testing::ValuesIn(KernelRowsMadeBy("TC_WHERE")),
                         RowName());

}  // namespace
}  // namespace tinyc
