// SPDX-License-Identifier: Apache-2.0
//
// The graph passes on random graphs of operators that move data: the results
// stay, and a pass that ran once has nothing left to do.

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ops/concat.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "compiler/text/print.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "tests/support/same_results.h"

namespace tinyc {
namespace {

class RandomGraph {
 public:
  explicit RandomGraph(uint32_t seed) : random_(seed) {}

  std::unique_ptr<Graph> Make() {
    graph_ = std::make_unique<Graph>();
    values_ = {graph_->AddInput("x", TensorType(DType::kF32, {1, 2, 3, 4})),
               graph_->AddInput("z", TensorType(DType::kF32, {2, 1, 6}))};
    for (int i = 0; i < 20; ++i) AddNode();
    // What nothing reads is an output, so that nothing is dead.
    for (Value* value : values_) {
      if (value->uses().empty() && value->producer() != nullptr) {
        graph_->AddOutput(value);
      }
    }
    return std::move(graph_);
  }

 private:
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  // Rather a late value than an early one, so that chains are long.
  Value* AnyValue() {
    const int64_t n = static_cast<int64_t>(values_.size());
    return values_[static_cast<size_t>(std::max(Below(n), Below(n)))];
  }

  template <typename T>
  void Add(T op, std::vector<Value*> inputs, std::vector<ElemType> want = {}) {
    AddOp(std::make_unique<T>(std::move(op)), std::move(inputs), want);
  }
  // A node that the operator refuses is left out.
  void AddOp(std::unique_ptr<const Op> op, std::vector<Value*> inputs,
             std::vector<ElemType> want = {}) {
    Graph::Options options;
    options.want = std::move(want);
    const absl::StatusOr<Node*> node =
        graph_->Append(std::move(op), std::move(inputs), std::move(options));
    if (!node.ok() || (*node)->output()->type().num_elements() > 2000) return;
    values_.push_back((*node)->output());
  }

  void AddTranspose(Value* x) {
    Transpose op;
    for (int64_t d = 0; d < x->type().rank(); ++d) op.perm.push_back(d);
    std::shuffle(op.perm.begin(), op.perm.end(), random_);
    Add(std::move(op), {x});
  }

  void AddReshape(Value* x) {
    Reshape op;
    // Joins neighbours and splits off twos and ones.
    for (const int64_t dim : x->type().shape) {
      const int64_t choice = Below(4);
      if (choice == 0 && !op.shape.empty()) {
        op.shape.back() *= dim;
      } else if (choice == 1 && dim % 2 == 0) {
        op.shape.insert(op.shape.end(), {2, dim / 2});
      } else if (choice == 2 && op.shape.size() < 4) {
        op.shape.insert(op.shape.end(), {1, dim});
      } else {
        op.shape.push_back(dim);
      }
    }
    if (op.shape.size() <= 5) Add(std::move(op), {x});
  }

  void AddPadOrSlice(Value* x) {
    Pad pad;
    Slice slice;
    for (const int64_t dim : x->type().shape) {
      pad.pads.push_back(Below(2));
      slice.sizes.push_back(dim);
      const bool reverse = Below(2) == 0;
      slice.starts.push_back(reverse ? dim - 1 : 0);
      slice.steps.push_back(reverse ? -1 : 1);
    }
    pad.pads.resize(2 * pad.pads.size(), 0);
    if (Below(2) == 0) {
      Add(std::move(pad), {x});
    } else {
      Add(std::move(slice), {x});
    }
  }

  void AddReduce(Value* x, int64_t axis) {
    std::unique_ptr<Op> op = OpRegistry::Get().Make("reduce_max");
    const std::string axes = "[" + std::to_string(axis) + "]";
    EXPECT_TRUE(op->SetAttr("axes", axes).ok());
    EXPECT_TRUE(op->SetAttr("keepdims", Below(2) == 0 ? "true" : "false").ok());
    AddOp(std::move(op), {x});
  }

  void AddConstantFactor(Value* x, int64_t axis) {
    Shape shape(static_cast<size_t>(x->type().rank()), 1);
    const size_t d = static_cast<size_t>(axis);
    shape[d] = x->type().shape[d];
    shape.erase(shape.begin(), shape.begin() + Below(axis + 1));
    Tensor tensor(TensorType(DType::kF32, shape));
    for (int64_t i = 0; i < tensor.size(); ++i) {
      tensor.Set(i, static_cast<double>(Below(9) - 4));
    }
    AddOp(OpRegistry::Get().Make("mul"),
          {x, graph_->AddConstant(std::move(tensor))});
  }

  void AddNode() {
    Value* x = AnyValue();
    if (x->type().rank() == 0) return;
    const int64_t axis = Below(x->type().rank());
    switch (Below(13)) {
      case 0:
      case 1:
      case 2:
        return AddTranspose(x);
      case 3:
        return AddReshape(x);
      case 4:
        return AddPadOrSlice(x);
      case 5:
        return AddReduce(x, axis);
      case 6:
        return AddConstantFactor(x, axis);
      case 7:
        return AddOp(OpRegistry::Get().Make("relu"), {x});
      case 8: {
        // Exact: no rounding of a sum depends on the order of its terms.
        Concat concat;
        concat.axis = axis;
        return Add(std::move(concat), {x, x, AnyValue()});
      }
      case 9:
        return AddOp(OpRegistry::Get().Make("add"), {x, AnyValue()});
      case 10: {
        const DType dtype = Below(2) == 0 ? DType::kS8 : DType::kU8;
        return Add(QuantizeOp(), {x}, {{dtype, Quant::PerTensor(0.5f, 3)}});
      }
      default:
        return Add(Dequantize(), {x});
    }
  }

  std::mt19937 random_;
  std::unique_ptr<Graph> graph_;
  std::vector<Value*> values_;
};

class RandomGraphsTest : public testing::TestWithParam<const char*> {};

TEST_P(RandomGraphsTest, TheResultsStay) {
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(GetParam());
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    Module module;
    module.graph = RandomGraph(seed).Make();
    const std::unique_ptr<Graph> before = module.graph->Clone();
    const std::string text = PrintModule(module);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    const PassManagerOptions options = {.replay_dir = ""};
    absl::Status status = RunPipeline(module, *pipeline, options);
    ASSERT_TRUE(status.ok()) << status;
    const std::string after = PrintModule(module);
    ASSERT_EQ(DifferenceOfResults(*before, *module.graph, Numbers::kExact), "")
        << after;
    if (pipeline->size() > 1) continue;
    status = RunPipeline(module, *pipeline, options);
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(PrintModule(module), after);
  }
}

INSTANTIATE_TEST_SUITE_P(Passes, RandomGraphsTest,
                         testing::Values("simplify", "merge-equal",
                                         "sink-transposes", "make-signed",
                                         "clean,make-signed,layout"));

}  // namespace
}  // namespace tinyc
