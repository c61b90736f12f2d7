// SPDX-License-Identifier: Apache-2.0
// Attention, by hand.  With a scale of log(2) a score s weighs 2^s.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

constexpr float kOut = -std::numeric_limits<float>::infinity();

Tensor Floats(Shape shape, const std::vector<float>& values) {
  return Tensor::Of<float>(std::move(shape), values);
}

// Queries 1 and 2 meet keys 0, 1, 2 with values 7, 14, 28.
NodeCase TwoQueries() {
  NodeCase attention("attention");
  attention.Set("scale", "0.6931471805599453");
  attention.Add(Floats({1, 1, 2, 1}, {1, 2}));
  attention.Add(Floats({1, 1, 3, 1}, {0, 1, 2}));
  attention.Add(Floats({1, 1, 3, 1}, {7, 14, 28}));
  return attention;
}

void ExpectResult(const NodeCase& attention, const std::vector<float>& y) {
  EXPECT_THAT(Values<float>(attention),
              Pointwise(testing::FloatNear(1e-4f), y));
}

TEST(AttentionTest, WeighsValues) {
  // (1 * 7 + 2 * 14 + 4 * 28) / 7, (1 * 7 + 4 * 14 + 16 * 28) / 21
  ExpectResult(TwoQueries(), {21, 511.0f / 21});
}

TEST(AttentionTest, Window) {
  // Query 0 sees key 0, query 1 keys 0 and 1.
  ExpectResult(TwoQueries().Set("right", "0"), {7, (7 + 4 * 14) / 5.0f});
  // With one key before them they see one more.
  ExpectResult(TwoQueries().Set("right", "0").Set("offset", "1"),
               {(7 + 2 * 14) / 3.0f, 511.0f / 21});
  ExpectResult(TwoQueries().Set("right", "0").Set("left", "0"), {7, 14});
  ExpectResult(TwoQueries().Set("left", "0").Set("offset", "9"), {0, 0});
}

TEST(AttentionTest, Masks) {
  // Keys beyond the mask are left out, and so are all keys of query 1.
  ExpectResult(
      TwoQueries().Add(Floats({2, 2}, {0, std::log(2.0f), kOut, kOut})),
      {(7 + 4 * 14) / 5.0f, 0});
  Tensor flags(TensorType(DType::kBool, {1, 3}));
  flags.SetInt(1, 1);
  ExpectResult(TwoQueries().Add(flags), {14, 14});
}

TEST(AttentionTest, Lengths) {
  NodeCase attention = TwoQueries();
  attention.operands.push_back(std::nullopt);
  attention.Add(Tensor::Of<int64_t>({1}, {1}));
  ExpectResult(attention, {7, 7});
  // The last query is the last of the keys: the first one has none.
  ExpectResult(attention.Set("right", "0"), {0, 7});
}

TEST(AttentionTest, StagesOfTheScores) {
  const auto scores = [](const char* stage) {
    return Values<float>(TwoQueries()
                             .Set("scale", "1")
                             .Set("softcap", "0.5")
                             .Set("right", "0")
                             .Set("scores", stage),
                         1);
  };
  const float one = 0.5f * std::tanh(2.0f);
  const float two = 0.5f * std::tanh(4.0f);
  const float four = 0.5f * std::tanh(8.0f);
  const auto near = [](const std::vector<float>& expected) {
    return Pointwise(FloatNear(1e-5f), expected);
  };
  EXPECT_THAT(scores("raw"), near({0, 1, 2, 0, 2, 4}));
  EXPECT_THAT(scores("capped"), near({0, one, two, 0, two, four}));
  EXPECT_THAT(scores("biased"),
              ElementsAre(0, kOut, kOut, 0, FloatNear(two, 1e-5f), kOut));
  const float weight = std::exp(two) / (1 + std::exp(two));
  EXPECT_THAT(scores("weights"), near({1, 0, 0, 1 - weight, weight, 0}));
}

TEST(AttentionTest, PackedHeadsInGroups) {
  // Two heads of queries share one of keys; both have one key.
  NodeCase attention("attention");
  attention.Set("q_heads", "2").Set("kv_heads", "1");
  attention.Add(Floats({1, 1, 4}, {1, 2, 3, 4}));
  attention.Add(Floats({1, 1, 2}, {1, 1}));
  attention.Add(Floats({1, 1, 3}, {5, 6, 7}));
  EXPECT_EQ(TypeOf(attention), "f32[1,1,6]");
  EXPECT_THAT(Values<float>(attention), ElementsAre(5, 6, 7, 5, 6, 7));
}

TEST(AttentionTest, Errors) {
  const auto error = [](Shape q, Shape k, Shape v, const char* heads) {
    return ErrorOf(NodeCase("attention")
                       .Set("q_heads", heads)
                       .Add(Tensor(TensorType(DType::kF32, q)))
                       .Add(Tensor(TensorType(DType::kF32, k)))
                       .Add(Tensor(TensorType(DType::kF32, v))));
  };
  EXPECT_EQ(error({1, 2, 3, 4}, {1, 2, 5, 3}, {1, 2, 5, 4}, "0"),
            "the shapes [1,2,3,4], [1,2,5,3] and [1,2,5,4] of queries, keys "
            "and values do not fit");
  EXPECT_EQ(error({1, 3, 3, 4}, {1, 2, 5, 4}, {1, 2, 5, 4}, "0"),
            "3 heads of queries are no multiple of 2 heads of keys");
  EXPECT_EQ(error({1, 3, 4}, {1, 2, 5, 4}, {1, 2, 5, 4}, "3"),
            "an operand of shape [1,3,4] is not made of 3 heads");
  EXPECT_EQ(ErrorOf(TwoQueries().Add(Floats({2, 4}, std::vector<float>(8)))),
            "a mask of shape [2,4] does not fit scores of shape [1,1,2,3]");
  EXPECT_EQ(ErrorOf(TwoQueries().Add(Floats({3, 3}, std::vector<float>(9)))),
            "a mask of shape [3,3] does not broadcast to [1,1,2,3]");
  EXPECT_EQ(ErrorOf(TwoQueries().Add(Tensor::Of<int32_t>({1}, {1}))),
            "the mask is neither of bool nor of the queries' type");
}

}  // namespace
}  // namespace tinyc
