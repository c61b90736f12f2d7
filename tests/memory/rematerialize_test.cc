// SPDX-License-Identifier: Apache-2.0
//
// Random graphs of matrices in which cheap values wait for readers: computed
// again they are the same, over poisoned memory, in a smaller arena.

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

// Products of 8x8 matrices, which nothing but whole values serves, and small
// matrices that grow to that size.
std::string RandomMatrices(uint32_t seed) {
  std::mt19937 random(seed);
  std::string text = "graph(%x: f32[8,8]) -> (%y) {\n";
  std::vector<std::string> large = {"%x"};
  const auto one_of = [&](size_t latest) {
    const size_t count = std::min(latest, large.size());
    return large[large.size() - 1 - random() % count];
  };
  const auto add = [&](const std::string& name, const std::string& call,
                       int size) {
    absl::StrAppend(&text, "  ", name, " = ", call, " : f32[", size, ",", size,
                    "]\n");
    if (size == 8) large.push_back(name);
  };
  for (int i = 0; i < 10; ++i) {
    const std::string name = absl::StrCat("%v", i);
    switch (random() % 4) {
      case 0: {
        const std::string part = absl::StrCat("%p", i);
        add(part,
            absl::StrCat("slice(", one_of(3), ") {starts=[0,0], sizes=[4,4]}"),
            4);
        add(name,
            absl::StrCat("resize_nearest(", part,
                         ") {axis=0, rows=[0,0,1,1,2,2,3,3], "
                         "columns=[0,0,1,1,2,2,3,3]}"),
            8);
        break;
      }
      case 1:
        add(name, absl::StrCat("sigmoid(", one_of(3), ")"), 8);
        break;
      default:
        add(name, absl::StrCat("matmul(", one_of(1), ", ", one_of(8), ")"), 8);
    }
  }
  add("%y", absl::StrCat("matmul(", one_of(1), ", ", one_of(8), ")"), 8);
  return text + "  return %y\n}\n";
}

TEST(RematerializeTest, ValuesComputedAgainAreTheSame) {
  int smaller = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    const std::string text = RandomMatrices(seed);
    const auto plan = [&](absl::string_view again) {
      return Planned(text,
                     absl::StrCat("remove-dead,prepare-outputs,"
                                  "select-kernels,pack-weights,schedule,",
                                  again, "plan-memory{ram=min},check-plan"));
    };
    const Module once = plan("");
    const Module again = plan("rematerialize{ram=min},");
    if (again.graph->nodes().size() == once.graph->nodes().size()) continue;
    EXPECT_LT(again.plan->arena_bytes, once.plan->arena_bytes) << text;
    EXPECT_EQ(DifferenceOfKernels(again), "") << text;
    if (smaller++ > 0) continue;
    EXPECT_EQ(DifferenceOfEngines(again), "") << text;
  }
  EXPECT_GT(smaller, 3);
}

}  // namespace
}  // namespace tinyc
