// SPDX-License-Identifier: Apache-2.0
//
// From a float model and samples to integers: how far the result is from the
// float model, on samples that it has not seen.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "compiler/data/samples.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/compile.h"

namespace tinyc {
namespace {

constexpr char kModel[] = "examples/mnist/mnist.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";

using Outputs = std::vector<std::vector<Tensor>>;

// The signal to noise of `actual` in dB.
double Decibels(const Outputs& expected, const Outputs& actual) {
  double signal = 0;
  double noise = 0;
  for (size_t n = 0; n < expected.size(); ++n) {
    for (int64_t i = 0; i < expected[n][0].size(); ++i) {
      const double real = expected[n][0].Real(i);
      const double error = actual[n][0].Real(i) - real;
      signal += real * real;
      noise += error * error;
    }
  }
  return 10 * std::log10(signal / noise);
}

class QuantizationTest : public testing::Test {
 protected:
  // The twenty digits, two of each class: the even ones to calibrate, the odd
  // ones to judge.
  void SetUp() override { TINYC_CHECK(ReadDigits().ok()); }

  absl::Status ReadDigits() {
    TINYC_ASSIGN_OR_RETURN(const std::vector<NamedTensor> arrays,
                           ReadArrays(kDigits));
    const auto digits =
        std::find_if(arrays.begin(), arrays.end(),
                     [](const NamedTensor& a) { return a.name == "image"; });
    TINYC_CHECK(digits != arrays.end());
    const TensorType type(DType::kF32, {1, 28, 28});
    TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> images,
                           CutSamples(digits->tensor, type));
    Tensor even(TensorType(DType::kF32, {10, 1, 28, 28}));
    for (size_t n = 0; n < images.size(); ++n) {
      const absl::Span<const float> pixels = images[n].data<float>();
      if (n % 2 == 0) {
        std::copy(pixels.begin(), pixels.end(),
                  even.data<float>().begin() +
                      static_cast<ptrdiff_t>(n / 2 * pixels.size()));
      } else {
        judged_.push_back(
            {images[n].WithType(TensorType(DType::kF32, {1, 1, 28, 28}))});
      }
    }
    TINYC_ASSIGN_OR_RETURN(const std::string bytes,
                           NpzBytes({{{"image", even}}}));
    calibration_ = dir_.Write("even.npz", bytes);
    return absl::OkStatus();
  }

  CompiledModel Compile(QuantizeOptions::Io io) const {
    CompileOptions options;
    options.quantize = QuantizeOptions{.io = io, .calibration = calibration_};
    absl::StatusOr<CompiledModel> model = CompileModel(kModel, options);
    TINYC_CHECK(model.ok());
    return *std::move(model);
  }

  // The samples to judge by as inputs of `graph`.
  std::vector<std::vector<Tensor>> Inputs(const Graph& graph) const {
    std::vector<std::vector<Tensor>> inputs;
    for (const std::vector<Tensor>& sample : judged_) {
      Tensor input(graph.inputs()[0]->type());
      for (int64_t i = 0; i < input.size(); ++i) {
        input.SetReal(i, sample[0].At(i));
      }
      inputs.push_back({std::move(input)});
    }
    return inputs;
  }

  static Outputs Reference(const Graph& graph,
                           const std::vector<std::vector<Tensor>>& inputs) {
    Outputs outputs;
    for (const std::vector<Tensor>& sample : inputs) {
      absl::StatusOr<std::vector<Tensor>> result = Interpret(graph, sample);
      TINYC_CHECK(result.ok());
      outputs.push_back(*std::move(result));
    }
    return outputs;
  }

  const TempDir dir_;
  std::string calibration_;
  std::vector<std::vector<Tensor>> judged_;
};

bool IsInteger8(const Value* value) {
  return value == nullptr || value->type().dtype == DType::kS8 ||
         value->type().dtype == DType::kS32;
}

TEST_F(QuantizationTest, ComputesInIntegersCloseToTheFloatModel) {
  const CompiledModel model = Compile(QuantizeOptions::Io::kKeep);
  EXPECT_TRUE(model.lossy);
  const Graph& graph = *model.graph.graph;
  EXPECT_EQ(graph.inputs()[0]->type().dtype, DType::kF32);
  EXPECT_EQ(graph.outputs()[0]->type().dtype, DType::kF32);
  for (const auto& node : graph.nodes()) {
    if (node->op().name() == "quantize" || node->op().name() == "dequantize") {
      continue;
    }
    for (const Value* operand : node->inputs()) {
      EXPECT_TRUE(IsInteger8(operand)) << node->output()->name();
    }
  }
  const auto inputs = Inputs(graph);
  const Outputs real = Reference(*model.imported.graph, inputs);
  const Outputs quantized = Reference(graph, inputs);
  // onnxruntime made mnist_int8.onnx of the same model, from 500 samples.
  const absl::StatusOr<CompiledModel> peer =
      CompileModel("examples/mnist/mnist_int8.onnx", CompileOptions());
  ASSERT_TRUE(peer.ok()) << peer.status();
  EXPECT_GT(Decibels(real, quantized),
            Decibels(real, Reference(*peer->graph.graph, judged_)));
  EXPECT_GT(Decibels(real, quantized), 36);
}

TEST_F(QuantizationTest, KernelsAndReferenceAgreeToTheBit) {
  for (const auto io : {QuantizeOptions::Io::kKeep, QuantizeOptions::Io::kInt8,
                        QuantizeOptions::Io::kInt16}) {
    SCOPED_TRACE(AttrText(io));
    const CompiledModel model = Compile(io);
    const auto inputs = Inputs(*model.graph.graph);
    const Outputs expected = Reference(*model.graph.graph, inputs);
    for (size_t n = 0; n < inputs.size(); ++n) {
      const absl::StatusOr<std::vector<Tensor>> actual =
          RunKernels(model.planned, inputs[n]);
      ASSERT_TRUE(actual.ok()) << actual.status();
      EXPECT_EQ(*actual, expected[n]);
    }
  }
}

TEST_F(QuantizationTest, TheInterfaceIsWhatWasAskedFor) {
  const CompiledModel int8 = Compile(QuantizeOptions::Io::kInt8);
  const CompiledModel int16 = Compile(QuantizeOptions::Io::kInt16);
  for (const auto& [model, dtype] :
       {std::pair(&int8, DType::kS8), std::pair(&int16, DType::kS16)}) {
    const Graph& graph = *model->graph.graph;
    EXPECT_EQ(graph.inputs()[0]->type().dtype, dtype);
    EXPECT_EQ(graph.inputs()[0]->name(), "image");
    EXPECT_EQ(graph.outputs()[0]->type().dtype, dtype);
    EXPECT_EQ(graph.outputs()[0]->name(), "logits");
    const auto inputs = Inputs(graph);
    const Outputs real = Reference(*model->imported.graph, judged_);
    EXPECT_GT(Decibels(real, Reference(graph, inputs)), 36);
  }
}

TEST_F(QuantizationTest, TheSameSamplesGiveTheSameModel) {
  const CompiledModel a = Compile(QuantizeOptions::Io::kKeep);
  const CompiledModel b = Compile(QuantizeOptions::Io::kKeep);
  const auto inputs = Inputs(*a.graph.graph);
  EXPECT_EQ(Reference(*a.graph.graph, inputs),
            Reference(*b.graph.graph, inputs));
}

}  // namespace
}  // namespace tinyc
