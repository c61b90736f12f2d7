// SPDX-License-Identifier: Apache-2.0
//
// Networks, pruned by the library and the pass.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/data/npz.h"
#include "compiler/data/samples.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/quantize.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "passes/pruning/layers.h"
#include "passes/pruning/pruner.h"
#include "passes/rewrite.h"
#include "passes/weights.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Two convolutions, a depthwise one between them, a dense layer at the end.
// The parser fills constants of one number.
constexpr char kNetwork[] = R"(
graph(%x: f32[1,6,6,2]) -> (%y) {
  %first = const [0.5] : f32[1]
  %1 = conv(%x, %w1, %b1) {pads=[1,1,1,1], act_min=0, layout=nhwc}
  %2 = conv(%1, %w2) {pads=[1,1,1,1], group=6, layout=nhwc}
  %3 = conv(%2, %w3, %b3) {act_min=0, layout=nhwc}
  %4 = reshape(%3) {shape=[1,288]}
  %y = dense(%4, %w4)
  return %y
}
)";

// The constant `name` of pseudorandom numbers.
std::string Constant(const std::string& name, const Shape& shape) {
  std::vector<std::string> dims;
  for (const int64_t d : shape) dims.push_back(absl::StrCat(d));
  std::string text = absl::StrCat("  %", name, " = const [");
  uint32_t state = static_cast<uint32_t>(shape[0] * 31 + shape.back());
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    state = state * 1664525 + 1013904223;
    absl::StrAppend(&text, i == 0 ? "" : ",",
                    static_cast<double>(state >> 16) / 65536 - 0.5);
  }
  return absl::StrCat(text, "] : f32[", absl::StrJoin(dims, ","), "]\n");
}

Module Network() {
  std::string text = kNetwork;
  const std::string line = "  %first = const [0.5] : f32[1]\n";
  text.replace(
      text.find(line), line.size(),
      absl::StrCat(Constant("w1", {6, 2, 3, 3}), Constant("b1", {6}),
                   Constant("w2", {6, 1, 3, 3}), Constant("w3", {8, 6, 1, 1}),
                   Constant("b3", {8}), Constant("w4", {4, 288})));
  absl::StatusOr<Module> module = ParseModule(text);
  EXPECT_TRUE(module.ok()) << module.status();
  return *std::move(module);
}

// Their numbers depend on each other, so that one weight can make up for
// another.
std::vector<Sample> RandomSamples(const Graph& graph) {
  std::vector<Sample> samples = Samples::Random(graph, 40).values();
  for (Sample& sample : samples) {
    const double common = 2 * sample[0].At(0);
    for (int64_t i = 0; i < sample[0].size(); ++i) {
      sample[0].Set(i, sample[0].At(i) + common);
    }
  }
  return samples;
}

// The weights of the layers by the names of their results, real numbers.
std::map<std::string, std::vector<double>> WeightsOf(const Graph& graph) {
  std::map<std::string, std::vector<double>> weights;
  for (const auto& node : graph.nodes()) {
    if (!IsWeighted(*node)) continue;
    const Tensor& tensor = *ConstantBehind(node->input(1));
    for (int64_t i = 0; i < tensor.size(); ++i) {
      weights[node->output()->name()].push_back(tensor.Real(i));
    }
  }
  return weights;
}

double ShareOfZeros(const std::vector<double>& weights) {
  return static_cast<double>(std::count(weights.begin(), weights.end(), 0.0)) /
         static_cast<double>(weights.size());
}

TEST(PruningTest, FirstAndDepthwiseConvolutionsStay) {
  const Module module = Network();
  PruneOptions options;
  std::vector<bool> prunable;
  for (const PrunedLayer& layer : FindLayers(*module.graph, options)) {
    prunable.push_back(layer.prunable);
  }
  EXPECT_THAT(prunable, ElementsAre(false, false, true, true));
  options.layers = PruneOptions::Layers::kAll;
  for (const PrunedLayer& layer : FindLayers(*module.graph, options)) {
    EXPECT_TRUE(layer.prunable);
  }
}

TEST(PruningTest, SharedWeightsStay) {
  const absl::StatusOr<Module> module = ParseModule(R"(
graph(%x: f32[2]) -> (%y) {
  %w = const [1,2,3,4] : f32[2,2]
  %1 = dense(%x, %w)
  %y = dense(%1, %w)
  return %y
}
)");
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_THAT(FindLayers(*module->graph, PruneOptions()), SizeIs(0));
}

class AllocationsTest : public testing::TestWithParam<Allocation> {};

TEST_P(AllocationsTest, TheShareIsReached) {
  for (const double share : {0.3, 0.75}) {
    for (const size_t block : {1, 4}) {
      Module module = Network();
      PruneOptions options;
      options.sparsity = share;
      options.allocation = GetParam();
      options.pattern.block = block;
      const absl::StatusOr<std::vector<PruneRound>> rounds =
          PruneLayers(*module.graph, options, RandomSamples(*module.graph));
      ASSERT_TRUE(rounds.ok()) << rounds.status();
      ASSERT_THAT(*rounds, SizeIs(1));
      EXPECT_EQ(rounds->front().weights, size_t{8 * 6 + 4 * 288});
      auto weights = WeightsOf(*module.graph);
      EXPECT_EQ(ShareOfZeros(weights["1"]), 0);
      EXPECT_EQ(ShareOfZeros(weights["2"]), 0);
      std::vector<double> pruned = weights["3"];
      pruned.insert(pruned.end(), weights["y"].begin(), weights["y"].end());
      // Blocks of rows of 6 are of 4 and of 2.
      EXPECT_NEAR(ShareOfZeros(pruned), share, block == 1 ? 0.001 : 0.03);
      EXPECT_EQ(
          static_cast<size_t>(std::count(pruned.begin(), pruned.end(), 0.0)),
          rounds->front().zeros);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, AllocationsTest,
                         testing::Values(Allocation::kUniform,
                                         Allocation::kLamp, Allocation::kGlobal,
                                         Allocation::kSensitivity),
                         [](const auto& info) {
                           return std::string(AttrText(info.param));
                         });

// The loss that a round reports is that of the reference on its graph.
TEST(PruningTest, LossIsThatOfTheModel) {
  Module module = Network();
  const std::vector<Sample> samples = RandomSamples(*module.graph);
  const std::unique_ptr<Graph> before = module.graph->Clone();
  PruneOptions options;
  options.sparsity = 0.5;
  const absl::StatusOr<std::vector<PruneRound>> rounds =
      PruneLayers(*module.graph, options, samples);
  ASSERT_TRUE(rounds.ok()) << rounds.status();
  double signal = 0;
  double noise = 0;
  for (const Sample& sample : samples) {
    const Tensor real = (*Interpret(*before, sample))[0];
    const Tensor pruned = (*Interpret(*module.graph, sample))[0];
    for (int64_t i = 0; i < real.size(); ++i) {
      signal += real.At(i) * real.At(i);
      noise += (real.At(i) - pruned.At(i)) * (real.At(i) - pruned.At(i));
    }
  }
  EXPECT_NEAR(rounds->front().loss.noise / (noise / signal), 1, 1e-3);
}

// A row of 1100 weights is beyond what is solved.
TEST(PruningTest, LongRowsLoseTheirSmallestWeights) {
  std::string text = "graph(%x: f32[1100]) -> (%y) {\n";
  absl::StrAppend(&text, Constant("w", {1, 1100}), "  %y = dense(%x, %w)\n",
                  "  return %y\n}\n");
  absl::StatusOr<Module> module = ParseModule(text);
  ASSERT_TRUE(module.ok()) << module.status();
  const std::vector<double> before = WeightsOf(*module->graph)["y"];
  PruneOptions options;
  options.sparsity = 0.5;
  const auto rounds =
      PruneLayers(*module->graph, options, RandomSamples(*module->graph));
  ASSERT_TRUE(rounds.ok()) << rounds.status();
  EXPECT_EQ(rounds->front().unrepaired, 1u);
  EXPECT_EQ(rounds->front().zeros, 550u);
  const std::vector<double> after = WeightsOf(*module->graph)["y"];
  double greatest_gone = 0;
  double least_kept = 1;
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_TRUE(after[i] == 0 || after[i] == before[i]);
    double& bound = after[i] == 0 ? greatest_gone : least_kept;
    bound = after[i] == 0 ? std::max(bound, std::abs(before[i]))
                          : std::min(bound, std::abs(before[i]));
  }
  EXPECT_LE(greatest_gone, least_kept);
}

double NoiseOf(PruneOptions options) {
  Module module = Network();
  options.sparsity = 0.6;
  const auto rounds =
      PruneLayers(*module.graph, options, RandomSamples(*module.graph));
  EXPECT_TRUE(rounds.ok()) << rounds.status();
  return rounds->front().loss.noise;
}

TEST(PruningTest, RepairAndExactRemovalPay) {
  PruneOptions options;
  const double best = NoiseOf(options);
  options.method = PruneOptions::Method::kMagnitude;
  const double refitted = NoiseOf(options);
  options.repair = PruneOptions::Repair::kNone;
  const double plain = NoiseOf(options);
  EXPECT_LT(best, 0.8 * refitted);
  EXPECT_LT(refitted, 0.8 * plain);
}

// Between rounds the weights that are left may change; those that are gone stay
// gone, and the next round begins with what was left.
TEST(PruningTest, RoundsGoOnFromWhatIsDoneBetween) {
  Module module = Network();
  PruneOptions options;
  options.sparsity = 0.8;
  options.rounds = 3;
  std::vector<size_t> zeros;
  std::vector<double> before;
  const auto between = [&](Graph& graph, const PruneRound& round) {
    zeros.push_back(round.zeros);
    for (Node* node : graph.NodeSnapshot()) {
      if (node->output()->name() != "y") continue;
      Tensor doubled = *node->input(1)->constant();
      for (int64_t i = 0; i < doubled.size(); ++i) {
        doubled.Set(i, 2 * doubled.At(i));
      }
      graph.SetInput(node, 1, graph.AddConstant(std::move(doubled)));
    }
    before = WeightsOf(graph)["y"];
    return absl::OkStatus();
  };
  const std::vector<Sample> samples = RandomSamples(*module.graph);
  const std::unique_ptr<Graph> real = module.graph->Clone();
  const absl::StatusOr<std::vector<PruneRound>> rounds =
      PruneLayers(*module.graph, options, samples, between);
  ASSERT_TRUE(rounds.ok()) << rounds.status();
  ASSERT_THAT(zeros, SizeIs(2));
  EXPECT_LT(zeros[0], zeros[1]);
  EXPECT_LT(zeros[1], rounds->back().zeros);
  const std::vector<double> after = WeightsOf(*module.graph)["y"];
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_TRUE(before[i] != 0 || after[i] == 0);
  }
  // Twice doubled: about four times the outputs of the model.
  double four = 0;
  double one = 0;
  for (const Sample& sample : samples) {
    const Tensor expected = (*Interpret(*real, sample))[0];
    const Tensor actual = (*Interpret(*module.graph, sample))[0];
    for (int64_t i = 0; i < expected.size(); ++i) {
      four += expected.At(i) * actual.At(i);
      one += expected.At(i) * expected.At(i);
    }
  }
  EXPECT_NEAR(four / one, 4, 0.8);
}

class QuantizedTest : public testing::TestWithParam<const char*> {
 protected:
  // The network after `passes`, which read their samples from FILE.
  Module After(std::string passes) const {
    Module module = Network();
    const std::vector<Sample> samples = RandomSamples(*module.graph);
    Tensor all(TensorType(DType::kF32, {40, 1, 6, 6, 2}));
    auto out = all.bytes().begin();
    for (const Sample& sample : samples) {
      out = std::copy(sample[0].bytes().begin(), sample[0].bytes().end(), out);
    }
    const std::string file =
        dir_.Write("x.npz", *NpzBytes({{"x", std::move(all)}}));
    for (size_t at; (at = passes.find("FILE")) != passes.npos;) {
      passes.replace(at, 4, file);
    }
    const absl::StatusOr<Pipeline> pipeline = ParsePipeline(passes);
    EXPECT_TRUE(pipeline.ok()) << pipeline.status();
    const absl::Status status =
        RunPipeline(module, *pipeline, {.replay_dir = ""});
    EXPECT_TRUE(status.ok()) << status;
    return module;
  }

  const TempDir dir_;
};

TEST_P(QuantizedTest, ZerosStay) {
  const std::string prune = "prune{data=FILE;pattern=2:4}";
  auto pruned = WeightsOf(*After(prune).graph);
  const Module module = After(
      absl::StrCat(prune, ",equalize{data=FILE},calibrate{data=FILE},quantize{",
                   GetParam(), "},fit-weights{data=FILE},fold-constants"));
  if (std::string(GetParam()) == "weights=int4;four_bits=all") {
    EXPECT_THAT(module.notes.back(), HasSubstr("weights fitted"));
  }
  auto quantized = WeightsOf(*module.graph);
  int layers = 0;
  for (const auto& [name, weights] : pruned) {
    // Equalized values have a name of their own.
    const auto found = quantized.lower_bound(name);
    ASSERT_NE(found, quantized.end());
    ASSERT_THAT(found->second, SizeIs(weights.size()));
    layers += ShareOfZeros(weights) > 0.3;
    for (size_t i = 0; i < weights.size(); ++i) {
      EXPECT_TRUE(weights[i] != 0 || found->second[i] == 0);
    }
  }
  EXPECT_EQ(layers, 2);
}

INSTANTIATE_TEST_SUITE_P(Formats, QuantizedTest,
                         testing::Values("weights=int8",
                                         "weights=int4;four_bits=all",
                                         "activations=int16"),
                         [](const auto& info) {
                           return std::string(info.param[0] == 'a' ? "int16x8"
                                              : info.param[11] == '8' ? "int8"
                                                                      : "w4a8");
                         });

}  // namespace
}  // namespace tinyc
