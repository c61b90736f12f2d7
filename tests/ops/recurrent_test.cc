// SPDX-License-Identifier: Apache-2.0
// Recurrent layers of one input and one unit, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/node_case.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

float Sigmoid(float v) { return 1 / (1 + std::exp(-v)); }

Tensor Row(const std::vector<float>& values) {
  return Tensor::Of<float>({1, static_cast<int64_t>(values.size())}, values);
}

Tensor Column(const std::vector<float>& values) {
  return Tensor::Of<float>({1, static_cast<int64_t>(values.size()), 1}, values);
}

Tensor Steps(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size()), 1, 1}, values);
}

// y_t = 2 x_t + 3 y_(t-1) + 1.
NodeCase LinearRnn(const std::vector<float>& x) {
  NodeCase rnn("rnn");
  rnn.Set("activations", "\"affine\"").Set("alpha", "[1]");
  rnn.Add(Steps(x)).Add(Column({2})).Add(Column({3})).Add(Row({1}));
  return rnn;
}

TEST(RecurrentTest, RnnGivesEveryStepAndTheLastState) {
  NodeCase rnn = LinearRnn({1, 10, 100});
  rnn.Set("last_h", "true");
  EXPECT_EQ(TypeOf(rnn), "f32[3,1,1,1]");
  EXPECT_THAT(Values<float>(rnn, 0), ElementsAre(3, 30, 291));
  EXPECT_THAT(Values<float>(rnn, 1), ElementsAre(291));
  rnn.Set("y", "false");
  EXPECT_THAT(Values<float>(rnn), ElementsAre(291));
}

TEST(RecurrentTest, ReverseBeginsAtTheLastStep) {
  NodeCase rnn = LinearRnn({100, 10, 1});
  rnn.Set("direction", "reverse").Set("last_h", "true");
  EXPECT_THAT(Values<float>(rnn, 0), ElementsAre(291, 30, 3));
  EXPECT_THAT(Values<float>(rnn, 1), ElementsAre(291));
}

TEST(RecurrentTest, BothDirectionsHaveWeightsOfTheirOwn) {
  NodeCase rnn("rnn");
  rnn.Set("direction", "bidirectional").Set("last_h", "true");
  rnn.Set("activations", "\"affine,relu\"").Set("alpha", "[1,0]");
  rnn.Add(Steps({1, 2}));
  rnn.Add(Tensor::Of<float>({2, 1, 1}, {1, -10}));
  rnn.Add(Tensor::Of<float>({2, 1, 1}, {1, 1}));
  rnn.Add(Tensor::Of<float>({2, 1}, {0, 25}));
  // Forward 1, 2 + 1; backward 25 - 20, 25 - 10 + 5.
  EXPECT_THAT(Values<float>(rnn, 0), ElementsAre(1, 20, 3, 5));
  EXPECT_THAT(Values<float>(rnn, 1), ElementsAre(3, 20));
}

TEST(RecurrentTest, SamplesHaveLengthsOfTheirOwn) {
  for (const bool batch_first : {false, true}) {
    NodeCase rnn("rnn");
    rnn.Set("activations", "\"affine\"").Set("alpha", "[1]");
    rnn.Set("batch_first", batch_first ? "true" : "false");
    rnn.Set("direction", "reverse").Set("last_h", "true");
    const std::vector<float> x = {1, 2, 3, 10, 20, 30};  // of two samples
    rnn.Add(batch_first ? Tensor::Of<float>({2, 3, 1}, x)
                        : Tensor::Of<float>({3, 2, 1}, {1, 10, 2, 20, 3, 30}));
    rnn.Add(Column({1})).Add(Column({1}));
    rnn.operands.emplace_back();
    rnn.Add(Tensor::Of<int32_t>({2}, {2, 0}));
    rnn.Add(Tensor::Of<float>(batch_first ? Shape{2, 1, 1} : Shape{1, 2, 1},
                              {100, 100}));
    EXPECT_THAT(Values<float>(rnn, 0), batch_first
                                           ? ElementsAre(103, 102, 0, 0, 0, 0)
                                           : ElementsAre(103, 0, 102, 0, 0, 0));
    EXPECT_THAT(Values<float>(rnn, 1), ElementsAre(103, 0));
  }
}

TEST(RecurrentTest, Gru) {
  for (const bool after : {false, true}) {
    NodeCase gru("gru");
    gru.Set("linear_before_reset", after ? "true" : "false");
    gru.Add(Steps({2})).Add(Column({0.5, -0.25, 1})).Add(Column({1, 2, 3}));
    gru.Add(after ? Row({0.1f, 0.2f, 0.3f, 0.4f}) : Row({0.1f, 0.2f, 0.3f}));
    gru.operands.emplace_back();
    gru.Add(Steps({0.7f}));
    const float z = Sigmoid(0.5f * 2 + 0.7f + 0.1f);
    const float r = Sigmoid(-0.25f * 2 + 2 * 0.7f + 0.2f);
    const float n =
        std::tanh(2 + 0.3f + (after ? r * (3 * 0.7f + 0.4f) : 3 * (r * 0.7f)));
    EXPECT_THAT(Values<float>(gru),
                ElementsAre(FloatNear((1 - z) * n + z * 0.7f, 1e-6f)));
  }
}

TEST(RecurrentTest, Lstm) {
  for (const bool coupled : {false, true}) {
    NodeCase lstm("lstm");
    lstm.Set("last_h", "true").Set("last_c", "true");
    lstm.Set("input_forget", coupled ? "true" : "false");
    lstm.Add(Steps({2}));
    lstm.Add(Column({0.1f, 0.2f, 0.3f, 0.4f}));
    lstm.Add(Column({1, 2, 3, 4}));
    lstm.Add(Row({0.5f, 0.6f, 0.7f, 0.8f}));
    lstm.operands.emplace_back();
    lstm.Add(Steps({0.1f})).Add(Steps({-0.9f})).Add(Row({0.2f, 0.3f, 0.4f}));
    const float i = Sigmoid(0.2f + 0.1f + 0.5f - 0.9f * 0.2f);
    const float f = Sigmoid(0.6f + 0.3f + 0.7f - 0.9f * 0.4f);
    const float fresh = std::tanh(0.8f + 0.4f + 0.8f);
    const float c = (coupled ? 1 - i : f) * -0.9f + i * fresh;
    const float o = Sigmoid(0.4f + 0.2f + 0.6f + c * 0.3f);
    const auto h = ElementsAre(FloatNear(o * std::tanh(c), 1e-6f));
    EXPECT_THAT(Values<float>(lstm, 0), h);
    EXPECT_THAT(Values<float>(lstm, 1), h);
    EXPECT_THAT(Values<float>(lstm, 2), ElementsAre(FloatNear(c, 1e-6f)));
  }
}

TEST(RecurrentTest, ClipBoundsWhatEntersAGate) {
  NodeCase rnn = LinearRnn({1, -10});
  rnn.Set("clip", "2.5");
  EXPECT_THAT(Values<float>(rnn), ElementsAre(2.5f, -2.5f));
}

TEST(RecurrentTest, Activations) {
  // f(-1), with alpha 0.5 and beta 2 where they count.
  const std::pair<const char*, double> expected[] = {
      {"affine", 1.5},           {"relu", 0},
      {"leakyrelu", -0.5},       {"thresholdedrelu", 0},
      {"tanh", -0.7615942},      {"scaledtanh", 0.5 * -0.9640276},
      {"sigmoid", 0.2689414},    {"hardsigmoid", 1},
      {"elu", 0.5 * -0.6321206}, {"softsign", -0.5},
      {"softplus", 0.3132617}};
  for (const auto& [name, y] : expected) {
    NodeCase rnn("rnn");
    rnn.Set("activations", absl::StrCat("\"", name, "\""));
    rnn.Set("alpha", "[0.5]").Set("beta", "[2]");
    rnn.Add(Steps({-1})).Add(Column({1})).Add(Column({0}));
    EXPECT_THAT(Values<float>(rnn),
                ElementsAre(FloatNear(static_cast<float>(y), 1e-6f)))
        << name;
  }
}

TEST(RecurrentTest, Errors) {
  NodeCase rnn("rnn");
  rnn.Add(Steps({1})).Add(Column({1, 2})).Add(Column({1}));
  EXPECT_EQ(ErrorOf(rnn), "w has shape [1,2,1], it must have [1,1,1]");
  NodeCase acts = LinearRnn({1});
  acts.Set("activations", "\"relu,relu\"");
  EXPECT_EQ(ErrorOf(acts),
            "rnn takes 1 activations, not \"relu,relu\", or their parameters "
            "are not as many");
  acts.Set("activations", "\"cosine\"");
  EXPECT_EQ(ErrorOf(acts), "there is no activation \"cosine\"");
  NodeCase nothing = LinearRnn({1});
  EXPECT_EQ(ErrorOf(nothing.Set("y", "false")), "no result is asked for");
  NodeCase cell = LinearRnn({1});
  EXPECT_EQ(ErrorOf(cell.Set("last_c", "true")), "rnn has no cell state");
}

}  // namespace
}  // namespace tinyc
