// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lookup.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

// 0, 2, 4, ..., 254, 0, 2, ... as bytes.
template <typename T>
Tensor Doubled() {
  std::vector<T> table(256);
  for (int i = 0; i < 256; ++i)
    table[static_cast<size_t>(i)] = static_cast<T>(2 * i);
  return Tensor::Of<T>({256}, table);
}

template <typename T>
std::vector<T> Evaluated(const std::vector<T>& x) {
  const Shape shape = {static_cast<int64_t>(x.size())};
  const Tensor in = Tensor::Of<T>(shape, x), table = Doubled<T>();
  Tensor out(in.type());
  const std::vector<const Tensor*> operands = {&in, &table};
  const std::vector<Tensor*> results = {&out};
  const auto no_regions = [](const Graph*, absl::Span<const Tensor* const>)
      -> absl::StatusOr<std::vector<Tensor>> { return Invalid("no regions"); };
  EXPECT_TRUE(Lookup()
                  .Evaluate({.in = operands, .out = results, .run = no_regions})
                  .ok());
  return {out.data<T>().begin(), out.data<T>().end()};
}

TEST(LookupTest, CountsFromTheLeastNumber) {
  EXPECT_THAT(Evaluated<int8_t>({-128, -127, 0, 127}),
              ElementsAre(0, 2, 0, -2));
  EXPECT_THAT(Evaluated<uint8_t>({0, 1, 128, 255}), ElementsAre(0, 2, 0, 254));
}

absl::Status InferStatus(const TensorType& x, const TensorType& table) {
  const std::vector<const TensorType*> in = {&x, &table};
  return Lookup().InferTypes({.in = in}).status();
}

TEST(LookupTest, RefusesOtherTypes) {
  const TensorType s8(DType::kS8, {256}), u8(DType::kU8, {256});
  EXPECT_TRUE(InferStatus({DType::kS8, {2, 3}}, s8).ok());
  EXPECT_EQ(InferStatus({DType::kS16, {2}}, s8).message(),
            "x has s8 or u8, not s16");
  EXPECT_EQ(InferStatus({DType::kS8, {2}}, u8).message(),
            "the table is u8[256], not s8[256] with one scale");
  EXPECT_FALSE(InferStatus({DType::kS8, {2}}, {DType::kS8, {255}}).ok());
}

}  // namespace
}  // namespace tinyc
