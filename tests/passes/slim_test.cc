// SPDX-License-Identifier: Apache-2.0
//
// Slim on random integer graphs with dead, saturated and constant channels:
// the same bits for every input, and something went.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/reshape.h"
#include "gtest/gtest.h"
#include "passes/pass.h"

namespace tinyc {
namespace {

class RandomNet {
 public:
  explicit RandomNet(uint32_t seed) : random_(seed) {}

  Module Make() {
    Value* x = graph_->AddInput("x", Type({1, 2, 6, 6}));
    for (int i = 0; i < 6; ++i) x = Block(x);
    graph_->AddOutput(Layer(x, 3, 3, false));
    AveragePool pool;
    pool.kernel = {6, 6};
    Value* pooled = Add(pool, {x});
    Reshape flat;
    flat.shape = {1, pooled->type().shape[1]};
    graph_->AddOutput(
        Weighted(Dense(), Add(flat, {pooled}), {4, pooled->type().shape[1]}));
    Module module;
    module.graph = std::move(graph_);
    return module;
  }

 private:
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  TensorType Type(Shape shape) {
    const float scale = 0.25f * static_cast<float>(1 + Below(8));
    return TensorType(
        DType::kS8, std::move(shape),
        Quant::PerTensor(scale, static_cast<int32_t>(Below(60)) - 30));
  }

  Value* Block(Value* x) {
    const int64_t channels = x->type().shape[1];
    switch (Below(5)) {
      case 0:
        return Layer(x, channels, 3, true);
      case 1:
        return Named("relu", {x});
      case 2: {
        Value* y = Layer(x, channels, 1, false);
        return Named("add", {x, y});
      }
      case 3: {
        const TensorType same = x->type();
        Concat concat;
        concat.axis = 1;
        return Add(concat, {x, Layer(x, 2, 1, false, &same)});
      }
      default:
        return Layer(x, 3 + Below(5), Below(2) == 0 ? 1 : 3, false);
    }
  }

  Value* Layer(Value* x, int64_t out, int64_t kernel, bool depthwise,
               const TensorType* like = nullptr) {
    Conv conv;
    const int64_t in = x->type().shape[1];
    const int64_t pad = kernel / 2;
    conv.pads = {pad, pad, pad, pad};
    if (depthwise) conv.group = in;
    if (Below(3) == 0) conv.act_min = 0;
    return Weighted(conv, x, {out, depthwise ? 1 : in, kernel, kernel}, like);
  }

  // Rows of zeros, and biases that no sum brings back into range.
  template <typename T>
  Value* Weighted(T op, Value* x, Shape shape,
                  const TensorType* like = nullptr) {
    const int64_t rows = shape[0];
    Tensor w(TensorType(DType::kS8, shape, Quant::PerTensor(0.0625f, 0)));
    auto bias_quant = Quant::PerTensor(x->type().quant->scale[0] * 0.0625f, 0);
    Tensor bias(TensorType(DType::kS32, {rows}, bias_quant));
    const int64_t taps = w.size() / rows;
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t kind = Below(5);
      for (int64_t k = 0; k < taps; ++k) {
        const bool zero = kind == 0 || Below(4) == 0;
        w.SetInt(row * taps + k, zero ? 0 : Below(200) - 100);
      }
      const int64_t reach = kind == 1 ? 1 << 20 : 1000;
      bias.SetInt(row, Below(2 * reach) - reach);
    }
    const ElemType elem = like != nullptr ? like->elem() : Type({}).elem();
    auto node =
        graph_->Append(std::make_unique<T>(std::move(op)),
                       {x, graph_->AddConstant(std::move(w)),
                        graph_->AddConstant(std::move(bias))},
                       {.loc = {}, .want = {elem}, .names = {}, .regions = {}});
    EXPECT_TRUE(node.ok()) << node.status();
    return (*node)->output();
  }
  template <typename T>
  Value* Add(T op, std::vector<Value*> inputs) {
    return AddOp(std::make_unique<T>(std::move(op)), std::move(inputs));
  }
  Value* Named(absl::string_view name, std::vector<Value*> inputs) {
    return AddOp(OpRegistry::Get().Make(name), std::move(inputs));
  }
  Value* AddOp(std::unique_ptr<Op> op, std::vector<Value*> inputs) {
    const bool moves = op->Quantization().kind == QuantRule::Kind::kSameScale;
    const ElemType elem = moves ? inputs[0]->type().elem() : Type({}).elem();
    auto node =
        graph_->Append(std::move(op), std::move(inputs),
                       {.loc = {}, .want = {elem}, .names = {}, .regions = {}});
    EXPECT_TRUE(node.ok()) << node.status();
    return (*node)->output();
  }

  std::mt19937 random_;
  std::unique_ptr<Graph> graph_ = std::make_unique<Graph>();
};

TEST(SlimTest, RandomGraphsKeepTheirBits) {
  int slimmed = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const Module whole = RandomNet(seed).Make();
    Module slim = RandomNet(seed).Make();
    ASSERT_EQ(Slim(slim, {}), absl::OkStatus());
    slimmed += slim.notes.empty() ? 0 : 1;
    std::mt19937 random(seed);
    for (int sample = 0; sample < 5; ++sample) {
      Tensor x(whole.graph->inputs()[0]->type());
      for (int64_t i = 0; i < x.size(); ++i) {
        // Extreme numbers, to reach the ends of the ranges.
        const int64_t any = static_cast<int64_t>(random() % 256) - 128;
        x.SetInt(i, sample == 0 ? -128 : sample == 1 ? 127 : any);
      }
      const auto expected = Interpret(*whole.graph, {x});
      const auto actual = Interpret(*slim.graph, {x});
      ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status();
      EXPECT_EQ(*expected, *actual) << "seed " << seed;
    }
  }
  EXPECT_GT(slimmed, 100);
}

}  // namespace
}  // namespace tinyc
