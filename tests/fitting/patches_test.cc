// SPDX-License-Identifier: Apache-2.0
//
// Vectors times weights are what the reference makes of the layer.

#include "passes/fitting/patches.h"

#include <string>
#include <vector>

#include "compiler/interpreter/interpreter.h"
#include "compiler/text/parse.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

// The sums of the only layer of `text`, in the order [vector][output channel].
void ExpectSums(absl::string_view text) {
  SCOPED_TRACE(text);
  const Module module = *ParseModule(text);
  const Node& node = *module.graph->nodes().front();
  Tensor x(node.input(0)->type());
  for (int64_t i = 0; i < x.size(); ++i) x.Set(i, double(i * 7 % 11) - 4);
  const Tensor expected = (*Interpret(*module.graph, {x}))[0];
  const std::optional<Patches> patches = Patches::Of(node);
  ASSERT_TRUE(patches.has_value());
  const Tensor& w = *node.input(1)->constant();
  const int64_t channels = w.shape()[0];
  const int64_t rows = channels / static_cast<int64_t>(patches->groups());
  std::vector<float> vector(patches->size());
  ASSERT_EQ(static_cast<int64_t>(patches->count()) * channels, expected.size());
  for (size_t v = 0; v < patches->count(); ++v) {
    for (int64_t o = 0; o < channels; ++o) {
      patches->Get(x.data<float>().data(), static_cast<size_t>(o / rows), v,
                   vector.data());
      double sum = 0;
      for (size_t k = 0; k < vector.size(); ++k) {
        sum += w.At(o * static_cast<int64_t>(vector.size()) +
                    static_cast<int64_t>(k)) *
               double{vector[k]};
      }
      EXPECT_NEAR(sum, expected.At(static_cast<int64_t>(v) * channels + o),
                  1e-4);
    }
  }
}

TEST(PatchesTest, AreWhatWeightsAreMultipliedWith) {
  ExpectSums(R"(
graph(%x: f32[2,3]) -> (%y) {
  %w = const [1,2,3,-4,5,6] : f32[2,3]
  %y = dense(%x, %w)
  return %y
}
)");
  // Strides, dilation and padding.
  ExpectSums(R"(
graph(%x: f32[1,5,4,2]) -> (%y) {
  %w = const [1,2,3,4,5,6,7,8] : f32[1,2,2,2]
  %y = conv(%x, %w) {strides=[2,1], pads=[1,0,1,2], dilations=[2,1], layout=nhwc}
  return %y
}
)");
  // Groups.
  ExpectSums(R"(
graph(%x: f32[1,3,3,2]) -> (%y) {
  %w = const [1,2,3,4,5,6,7,8] : f32[2,1,2,2]
  %y = conv(%x, %w) {group=2, layout=nhwc}
  return %y
}
)");
}

}  // namespace
}  // namespace tinyc
