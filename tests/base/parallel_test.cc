// SPDX-License-Identifier: Apache-2.0

#include "compiler/base/parallel.h"

#include <atomic>
#include <new>
#include <vector>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(ParallelForTest, CallsEachOnce) {
  for (const size_t count : {0, 1, 2, 1000}) {
    std::vector<std::atomic<int>> calls(count);
    EXPECT_TRUE(ParallelFor(count, [&](size_t i) {
                  ++calls[i];
                  return absl::OkStatus();
                }).ok());
    for (const std::atomic<int>& n : calls) EXPECT_EQ(n, 1);
  }
}

TEST(ParallelForTest, ReportsTheFirstError) {
  const absl::Status status = ParallelFor(1000, [](size_t i) {
    return i % 100 == 17 ? Invalid("error ", i) : absl::OkStatus();
  });
  EXPECT_EQ(status.message(), "error 17");
}

TEST(ParallelForTest, MemoryThatRunsOutIsAnError) {
  EXPECT_EQ(
      ParallelFor(3, [](size_t) -> absl::Status { throw std::bad_alloc(); })
          .code(),
      absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tinyc
