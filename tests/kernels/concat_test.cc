// SPDX-License-Identifier: Apache-2.0

#include "concat/concat.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/fixture.h"
#include "tests/kernels/rows.h"

namespace tinyc {
namespace {

TEST(ConcatTest, PixelsHaveOneOperandAfterTheOther) {
  for (const KernelRow& row : KernelRows("concat")) {
    Random random(43);
    for (int i = 0; i < 200; ++i) {
      const tc_concat_shape s = {
          random.Int(1, 9),
          {random.Int(0, 7), random.Int(0, 7), random.Int(0, 7), 1}};
      std::vector<uint8_t> of[TC_CONCAT_OPERANDS];
      std::vector<uint8_t> expected;
      for (int k = 0; k < TC_CONCAT_OPERANDS; ++k) {
        of[k] = random.Elements<uint8_t>(int64_t{s.pixels} * s.bytes[k]);
      }
      for (int32_t p = 0; p < s.pixels; ++p) {
        for (int k = 0; k < TC_CONCAT_OPERANDS; ++k) {
          const auto pixel = of[k].begin() + p * s.bytes[k];
          expected.insert(expected.end(), pixel, pixel + s.bytes[k]);
        }
      }
      Guarded<uint8_t> y(static_cast<int64_t>(expected.size()));
      const auto pointer = [&](int k) {
        return s.bytes[k] == 0 ? nullptr : of[k].data();
      };
      row.As<tc_concat_fn>()(&s, pointer(0), pointer(1), pointer(2), pointer(3),
                             y.data());
      for (size_t e = 0; e < expected.size(); ++e) {
        ASSERT_EQ(y[static_cast<int64_t>(e)], expected[e]) << "byte " << e;
      }
    }
  }
}

}  // namespace
}  // namespace tinyc
