// SPDX-License-Identifier: Apache-2.0
//
// Channels taken out of graphs that were made to make it hard: what is left
// computes the same as the whole graph with those channels masked wherever
// something sums them up.

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ir/verify.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/matmul.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/transpose.h"
#include "gtest/gtest.h"
#include "passes/channels/channel_map.h"
#include "passes/channels/cut.h"
#include "passes/pass_manager.h"
#include "passes/pruning/channel_units.h"
#include "passes/pruning/layer_time.h"
#include "passes/pruning/live_buffers.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// A float graph with random weights.
class Net {
 public:
  explicit Net(uint32_t seed) : random_(seed) {}

  Value* Input(Shape shape) {
    return graph->AddInput("x", TensorType(DType::kF32, std::move(shape)));
  }
  Value* Random(Shape shape) {
    Tensor tensor(TensorType(DType::kF32, std::move(shape)));
    std::uniform_real_distribution<double> numbers(-1, 1);
    for (int64_t i = 0; i < tensor.size(); ++i) tensor.Set(i, numbers(random_));
    return graph->AddConstant(std::move(tensor));
  }
  // 3x3 with padding; `weight`: another's.
  Value* Conv3(Value* x, int64_t out, int64_t group = 1,
               Value* weight = nullptr) {
    const int64_t in = x->type().shape[1];
    if (weight == nullptr) weight = Random({out, in / group, 3, 3});
    Conv conv;
    conv.pads = {1, 1, 1, 1};
    conv.group = group;
    conv.act_min = 0;
    return Add(conv, {x, weight, Random({out})});
  }
  Value* DenseOf(Value* x, int64_t out) {
    const Shape& shape = x->type().shape;
    return Add(Dense(), {x, Random({out, shape.back()}), Random({out})});
  }
  template <typename T>
  Value* Add(T op, std::vector<Value*> inputs) {
    auto node = graph->Append(std::make_unique<T>(std::move(op)),
                              std::move(inputs), {});
    EXPECT_TRUE(node.ok()) << node.status();
    return (*node)->output();
  }
  Value* Named(absl::string_view name, std::vector<Value*> inputs) {
    auto node =
        graph->Append(OpRegistry::Get().Make(name), std::move(inputs), {});
    EXPECT_TRUE(node.ok()) << node.status();
    return (*node)->output();
  }
  Value* Reshaped(Value* x, std::vector<int64_t> shape) {
    Reshape reshape;
    reshape.shape = std::move(shape);
    return Add(reshape, {x});
  }
  Value* Transposed(Value* x, std::vector<int64_t> perm) {
    Transpose transpose;
    transpose.perm = std::move(perm);
    return Add(transpose, {x});
  }
  Value* Channels(Value* x, int64_t first, int64_t count) {
    Slice slice;
    const Shape& shape = x->type().shape;
    slice.starts.assign(shape.size(), 0);
    slice.sizes.assign(shape.begin(), shape.end());
    slice.starts[1] = first;
    slice.sizes[1] = count;
    return Add(slice, {x});
  }
  Value* Joined(std::vector<Value*> xs) {
    Concat concat;
    concat.axis = 1;
    return Add(concat, std::move(xs));
  }
  Value* Pooled(Value* x) {
    AveragePool pool;
    pool.kernel = {2, 2};
    pool.strides = {2, 2};
    return Add(pool, {x});
  }

  std::unique_ptr<Graph> graph = std::make_unique<Graph>();

 private:
  std::mt19937 random_;
};

struct Case {
  std::string name;
  std::function<void(Net&)> build;
  // Channels that can go, of all that there are: by hand.
  size_t free;
};

void Residual(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 6);
  for (int block = 0; block < 3; ++block) {
    Value* inner = net.Conv3(net.Conv3(x, 4), 6);
    x = net.Named("add", {x, inner});
  }
  net.graph->AddOutput(net.Conv3(x, 2));
}

void Grouped(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 6);
  x = net.Conv3(x, 6, 6);   // depthwise
  x = net.Conv3(x, 12, 6);  // two results of each channel
  x = net.Conv3(x, 12);
  x = net.Conv3(x, 8, 4);  // three channels to two, in four groups
  net.graph->AddOutput(net.Conv3(x, 2));
}

void Trees(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 8);
  Value* left = net.Channels(x, 0, 3);
  Value* right = net.Channels(x, 3, 5);
  left = net.Joined({net.Conv3(left, 4), left});
  right = net.Named("relu", {net.Channels(right, 1, 4)});
  net.graph->AddOutput(net.Conv3(net.Joined({right, left, right}), 2));
}

void Flattened(Net& net) {
  Value* x = net.Pooled(net.Conv3(net.Input({1, 3, 4, 4}), 5));
  Value* y = net.DenseOf(net.Reshaped(x, {1, 20}), 4);
  Value* z = net.Reshaped(net.Transposed(x, {0, 2, 3, 1}), {1, 20});
  y = net.Named("add", {y, net.DenseOf(z, 4)});
  net.graph->AddOutput(net.DenseOf(net.Named("tanh", {y}), 3));
}

void Shared(Net& net) {
  Value* weight = net.Random({4, 4, 3, 3});
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 4);
  Value* y = net.Conv3(x, 4, 1, weight);
  net.graph->AddOutput(net.Conv3(net.Conv3(y, 4, 1, weight), 2));
}

void Heads(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 5);
  net.graph->AddOutput(net.Conv3(x, 2));
  Value* pooled = net.Pooled(net.Pooled(x));
  net.graph->AddOutput(net.DenseOf(net.Reshaped(pooled, {1, 5}), 3));
}

void UNet(Net& net) {
  Value* skip = net.Conv3(net.Input({1, 3, 4, 4}), 4);
  Value* x = net.Conv3(net.Pooled(skip), 6);
  ResizeNearest up;
  up.axis = 2;
  up.rows = {0, 0, 1, 1};
  up.columns = {0, 0, 1, 1};
  x = net.Joined({net.Add(up, {x}), skip});
  net.graph->AddOutput(net.Conv3(x, 2));
}

void SqueezeExcite(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 6);
  Value* pooled = net.Reshaped(net.Pooled(net.Pooled(x)), {1, 6});
  Value* gate = net.Named("relu", {net.DenseOf(pooled, 3)});
  gate = net.Named("sigmoid", {net.DenseOf(gate, 6)});
  x = net.Named("mul", {x, net.Reshaped(gate, {1, 6, 1, 1})});
  net.graph->AddOutput(net.Conv3(x, 2));
}

// Three heads of four numbers over five places.
void Attention(Net& net) {
  Value* x = net.Input({1, 5, 8});
  const auto heads = [&](std::vector<int64_t> perm) {
    return net.Transposed(net.Reshaped(net.DenseOf(x, 12), {1, 5, 3, 4}),
                          std::move(perm));
  };
  Value* scores = net.Add(Matmul(), {heads({0, 2, 1, 3}), heads({0, 2, 3, 1})});
  Value* mixed =
      net.Add(Matmul(), {net.Add(Softmax(), {scores}), heads({0, 2, 1, 3})});
  Value* joined = net.Reshaped(net.Transposed(mixed, {0, 2, 1, 3}), {1, 5, 12});
  net.graph->AddOutput(net.DenseOf(joined, 2));
}

// Scores between places: the sizes of a head can go, pair by pair.
void OneHead(Net& net) {
  Value* x = net.Input({1, 5, 8});
  Value* q = net.DenseOf(x, 4);
  Value* k = net.Transposed(net.DenseOf(x, 4), {0, 2, 1});
  Value* v = net.DenseOf(x, 6);
  Value* scores = net.Add(Softmax(), {net.Add(Matmul(), {q, k})});
  net.graph->AddOutput(net.Add(Matmul(), {scores, v}));
}

// Factors of channels as constants, of several shapes.
void Constants(Net& net) {
  Value* x = net.Conv3(net.Input({1, 3, 4, 4}), 5);
  x = net.Named("mul", {x, net.Random({1, 5, 1, 1})});
  x = net.Named("add", {net.Random({5, 1, 4}), x});
  x = net.Named("sub", {x, net.Random({})});
  net.graph->AddOutput(net.Conv3(x, 2));
}

const std::vector<Case>& Cases() {
  static const auto* const kCases = new std::vector<Case>{
      {"residual", Residual, 6 + 3 * 4},
      {"grouped", Grouped, 6 + 3 + 2},  // the last by their place in a group
      {"trees", Trees, 8 + 4},
      {"flattened", Flattened, 5 + 4},
      {"shared", Shared, 4 + 4 + 4},
      {"heads", Heads, 5},
      {"unet", UNet, 4 + 6},
      {"squeeze_excite", SqueezeExcite, 6 + 3},
      {"attention", Attention, 3},
      {"one_head", OneHead, 4},
      {"constants", Constants, 5},
  };
  return *kCases;
}

// Puts a mask before every operand whose lanes a node sums up.
void Mask(Graph& graph, const ChannelMap& map, const std::vector<bool>& cut) {
  for (Node* node : graph.NodeSnapshot()) {
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      Value* x = node->input(i);
      const Lanes lanes = map.LanesOf(x);
      if (lanes.empty()) continue;
      const std::vector<int>& summed = map.FlowOf(*node).summed;
      if (std::count(summed.begin(), summed.end(), static_cast<int>(i)) == 0) {
        continue;
      }
      Tensor mask(x->type());
      for (int64_t e = 0; e < mask.size(); ++e) {
        mask.Set(e, cut[map.ChannelOf(x, lanes.Of(e))] ? 0 : 1);
      }
      auto masked = graph.Insert(node, OpRegistry::Get().Make("mul"),
                                 {x, graph.AddConstant(std::move(mask))}, {});
      ASSERT_TRUE(masked.ok());
      graph.SetInput(node, i, (*masked)->output());
    }
  }
}

std::unique_ptr<Graph> Built(const Case& example, uint32_t seed) {
  Net net(seed);
  example.build(net);
  return std::move(net.graph);
}

absl::Status Verified(const Graph& graph) {
  Module module;
  module.graph = graph.Clone();
  return Verify(module);
}

size_t CountOf(const std::vector<bool>& flags) {
  return static_cast<size_t>(std::count(flags.begin(), flags.end(), true));
}

class SurgeryTest : public testing::TestWithParam<size_t> {};

TEST_P(SurgeryTest, KnowsWhatCanGo) {
  const Case& example = Cases()[GetParam()];
  const auto graph = Built(example, 0);
  const ChannelMap map(*graph);
  size_t free = 0;
  for (size_t c = 0; c < map.size(); ++c) free += map.pinned(c) ? 0 : 1;
  EXPECT_EQ(free, example.free);
}

TEST_P(SurgeryTest, ComputesWhatMaskingDoes) {
  const Case& example = Cases()[GetParam()];
  size_t taken = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto whole = Built(example, seed);
    const auto graph = Built(example, seed);
    std::mt19937 random(seed);
    std::vector<bool> cut;
    {
      const ChannelMap map(*whole);
      for (size_t c = 0; c < map.size(); ++c) cut.push_back(random() % 5 < 2);
      KeepRequired(*whole, map, &cut);
      Mask(*whole, map, cut);
    }
    taken += CountOf(cut);
    const ChannelMap map(*graph);
    ASSERT_TRUE(CutChannels(*graph, map, cut).ok());
    EXPECT_EQ(Verified(*graph), absl::OkStatus());
    Tensor x(graph->inputs()[0]->type());
    std::uniform_real_distribution<double> numbers(-1, 1);
    for (int64_t i = 0; i < x.size(); ++i) x.Set(i, numbers(random));
    const auto expected = Interpret(*whole, {x});
    const auto actual = Interpret(*graph, {x});
    ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status();
    for (size_t o = 0; o < expected->size(); ++o) {
      ASSERT_EQ((*expected)[o].type(), (*actual)[o].type());
      for (int64_t i = 0; i < (*expected)[o].size(); ++i) {
        EXPECT_NEAR((*expected)[o].At(i), (*actual)[o].At(i),
                    1e-6 * (1 + std::fabs((*expected)[o].At(i))))
            << example.name << " seed " << seed;
      }
    }
  }
  EXPECT_GT(taken, 40U);  // or nothing was tested
}

// The most bytes that are live at a step.
double LiveBytes(const Graph& graph) {
  const auto buffers = FindLiveBuffers(graph);
  EXPECT_TRUE(buffers.ok()) << buffers.status();
  double most = 0;
  for (int step = 0; step < static_cast<int>(graph.nodes().size()); ++step) {
    double live = 0;
    for (const LiveBuffer& buffer : *buffers) {
      if (buffer.life.first > step || buffer.life.last < step) continue;
      double bytes = 0;
      for (const auto& member : buffer.members) {
        bytes = std::max(bytes, member.bytes);
      }
      live += bytes;
    }
    most = std::max(most, live);
  }
  return most;
}

TEST_P(SurgeryTest, CostsWhatIsLeft) {
  const Case& example = Cases()[GetParam()];
  for (uint32_t seed = 0; seed < 10; ++seed) {
    Module module;
    module.graph = Built(example, seed);
    // As kernels want it, without which there is no plan.
    const auto layout = ParsePipeline("layout");
    ASSERT_TRUE(layout.ok()) << layout.status();
    ASSERT_EQ(RunPipeline(module, *layout), absl::OkStatus());
    const auto& graph = module.graph;
    const ChannelMap map(*graph);
    const auto buffers = FindLiveBuffers(*graph);
    ASSERT_TRUE(buffers.ok()) << buffers.status();
    ChannelCosts costs(*graph, map, *buffers);
    std::mt19937 random(seed);
    std::vector<bool> cut(map.size());
    for (size_t c = 0; c < map.size(); ++c) {
      if (map.pinned(c) || costs.IsLast(c) || random() % 2 == 0) continue;
      const ModelCost before = costs.now();
      const ModelCost saved = costs.SavedBy(c);
      costs.Remove(c);
      EXPECT_NEAR(costs.now().macs, before.macs - saved.macs, 1e-6);
      cut[c] = true;
    }
    ASSERT_EQ(CutChannels(*graph, map, cut), absl::OkStatus());
    double macs = 0;
    double weights = 0;
    double time = 0;
    for (const auto& node : graph->nodes()) {
      if (!IsWeighted(*node)) continue;
      const double lanes = static_cast<double>(node->input(1)->type().shape[0]);
      time += TimeOf(*node, lanes)
                  .Of(static_cast<double>(node->op().Macs(*node)), lanes);
      macs += static_cast<double>(node->op().Macs(*node));
      weights += static_cast<double>(node->input(1)->type().num_elements());
    }
    EXPECT_NEAR(costs.now().macs, macs, 1e-6 * macs);
    EXPECT_NEAR(costs.now().weights, weights, 1e-6 * weights);
    EXPECT_NEAR(costs.now().time, time, 1e-6 * time);
    EXPECT_NEAR(costs.now().ram, LiveBytes(*graph), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Graphs, SurgeryTest,
                         testing::Range<size_t>(0, Cases().size()),
                         [](const auto& info) {
                           return Cases()[info.param].name;
                         });

}  // namespace
}  // namespace tinyc
