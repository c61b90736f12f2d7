// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of arg_max on lines with one or several greatest elements.

#include <cstdint>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"
#include "tests/kernels/types.h"

namespace tinyc {
namespace {

// Lines of three elements, side by side: (3, 9, 9) and (7, 1, 7).
template <typename T>
void TestRow(const KernelRow& row) {
  const bool greatest = OperatorOf(row.family) == "arg_max";
  const std::vector<T> x = {3, 7, 9, 1, 9, 7};
  for (const int32_t last : {0, 1}) {
    const tc_arg_max_shape s = {1, 3, 2, last};
    Guarded<int64_t> y(2);
    row.As<void(const tc_arg_max_shape*, const T*, int64_t*)>()(&s, x.data(),
                                                                y.data());
    EXPECT_EQ(y[0], !greatest ? 0 : last == 0 ? 1 : 2);
    EXPECT_EQ(y[1], !greatest ? 1 : last == 0 ? 0 : 2);
  }
}

TEST(ArgMaxTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_ARG_MAX")) {
    SCOPED_TRACE(row.symbol);
    WithType(SuffixOf(row.family), [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (!std::is_same_v<T, BoolByte>) TestRow<T>(row);
    });
  }
}

}  // namespace
}  // namespace tinyc
