// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/costs.h"

#include "compiler/targets/registry.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(CostsTest, ProductsElementsAndPixels) {
  const KernelCost cost = {.per_mac = 0.75, .per_element = 10, .per_pixel = 3};
  EXPECT_EQ(cost.Instructions(1000, 20, 5), 965);
}

TEST(CostsTest, EveryRowIsOfAKernelThatTheTargetHas) {
  const auto check = [](absl::string_view target_name,
                        absl::string_view symbol) {
    const Target* target = FindTarget(target_name);
    const Kernel* kernel = FindKernel(symbol);
    ASSERT_NE(target, nullptr) << target_name;
    ASSERT_NE(kernel, nullptr) << symbol;
    EXPECT_EQ(kernel->needs & ~target->caps, 0) << target_name << " " << symbol;
    const std::optional<KernelCost> cost = CostOf(*target, symbol);
    ASSERT_TRUE(cost);
    EXPECT_GE(cost->per_mac, 0);
    EXPECT_GE(cost->per_element, 0);
    EXPECT_GE(cost->per_pixel, 0);
    EXPECT_GT(cost->per_mac + cost->per_element + cost->per_pixel, 0)
        << target_name << symbol;
  };
#define TC_COST(target, symbol, per_mac, per_element, per_pixel) \
  check(target, #symbol);
#define TC_CYCLES(target, integers, floats)
#include "compiler/targets/costs.def"
#undef TC_COST
#undef TC_CYCLES
}

TEST(CostsTest, NothingThatWasNotCounted) {
  EXPECT_FALSE(CostOf(*FindTarget("generic"), "tc_conv2d_s8"));
  EXPECT_FALSE(CostOf(*FindTarget("cortex-m4"), "tc_conv2d_s8_by16"));
  EXPECT_FALSE(CyclesPerInstruction(*FindTarget("rv32imc"), "tc_conv2d_s8"));
}

// Loads take two cycles and most other instructions one; a fused product and
// sum of floats takes three.
TEST(CostsTest, CyclesAreMoreThanInstructions) {
  const Target& m4 = *FindTarget("cortex-m4");
  const double integers = CyclesPerInstruction(m4, "tc_conv2d_s8").value_or(0);
  const double floats = CyclesPerInstruction(m4, "tc_conv2d_f32").value_or(0);
  EXPECT_GT(integers, 1);
  EXPECT_LT(integers, 2);
  EXPECT_GT(floats, integers);
  EXPECT_LT(floats, 4);
}

}  // namespace
}  // namespace tinyc
