// SPDX-License-Identifier: Apache-2.0
//
// Every kernel of arg_max on lines with one or several greatest elements.

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

// Lines of three elements, side by side: (3, 9, 9) and (7, 1, 7).
template <typename T>
void TestRow(const KernelRow& row) {
  const std::vector<T> x = {3, 7, 9, 1, 9, 7};
  for (const int32_t last : {0, 1}) {
    const tc_arg_max_shape s = {1, 3, 2, last};
    Guarded<int64_t> y(2);
    row.As<void(const tc_arg_max_shape*, const T*, int64_t*)>()(&s, x.data(),
                                                                y.data());
    EXPECT_EQ(y[0], last == 0 ? 1 : 2);
    EXPECT_EQ(y[1], last == 0 ? 0 : 2);
  }
}

TEST(ArgMaxTest, EveryRow) {
  for (const KernelRow& row : KernelRowsMadeBy("TC_ARG_MAX")) {
    SCOPED_TRACE(row.symbol);
    const std::string type = row.family.substr(row.family.rfind('_') + 1);
    if (type == "f32") {
      TestRow<float>(row);
    } else if (type == "f64") {
      TestRow<double>(row);
    } else if (type == "s8") {
      TestRow<int8_t>(row);
    } else if (type == "u8") {
      TestRow<uint8_t>(row);
    } else if (type == "s16") {
      TestRow<int16_t>(row);
    } else if (type == "s32") {
      TestRow<int32_t>(row);
    } else if (type == "s64") {
      TestRow<int64_t>(row);
    } else {
      FAIL() << "no test for " << type;
    }
  }
}

}  // namespace
}  // namespace tinyc
