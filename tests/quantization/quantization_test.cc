// SPDX-License-Identifier: Apache-2.0
//
// From a float model and samples to integers: how far the result is from the
// float model, on samples that it has not seen.

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "compiler/data/samples.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/quantization/simulation.h"
#include "passes/weights.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/compile.h"

namespace tinyc {
namespace {

using ::testing::UnorderedElementsAre;

constexpr char kModel[] = "examples/mnist/mnist.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";

using Io = QuantizeOptions::Io;
using Type = QuantizeOptions::Type;
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

  CompiledModel Compile(Io io, Type type = Type::kInt8) const {
    CompileOptions options;
    options.quantize =
        QuantizeOptions{.type = type, .io = io, .calibration = calibration_};
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

// The types of what the operators of `graph` read, other than the conversions
// of its interface.
std::set<DType> OperandTypes(const Graph& graph) {
  std::set<DType> types;
  for (const auto& node : graph.nodes()) {
    if (node->op().name() == "quantize" || node->op().name() == "dequantize") {
      continue;
    }
    for (const Value* operand : node->inputs()) {
      if (operand != nullptr) types.insert(operand->type().dtype);
    }
  }
  return types;
}

TEST_F(QuantizationTest, ComputesInIntegersCloseToTheFloatModel) {
  const CompiledModel model = Compile(Io::kKeep);
  EXPECT_TRUE(model.lossy);
  const Graph& graph = *model.graph.graph;
  EXPECT_EQ(graph.inputs()[0]->type().dtype, DType::kF32);
  EXPECT_EQ(graph.outputs()[0]->type().dtype, DType::kF32);
  EXPECT_THAT(OperandTypes(graph),
              UnorderedElementsAre(DType::kS8, DType::kS32));
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

// With 8-bit weights alone: half a step of an activation between 0 and the
// greatest one, of which it is a tenth on average, is 81 dB below it; half a
// dozen roundings in a row cost 8 dB more.  Activations of 8 bits cost 48 dB
// more than that.
TEST_F(QuantizationTest, Int16ActivationsCostNextToNothing) {
  const QuantizeOptions options{.type = Type::kInt16x8,
                                .calibration = calibration_};
  Pipeline pipeline = QuantizePipeline(options);
  const auto fit = std::find_if(pipeline.begin(), pipeline.end(),
                                [](const PipelineItem& item) {
                                  return item.pass->name == "fit-weights";
                                });
  ASSERT_NE(fit, pipeline.end());
  pipeline.erase(fit + 1, pipeline.end());
  pipeline.push_back({FindPass("fold-constants"), PassOptions()});
  absl::StatusOr<Module> module = ImportOnnxFile(kModel, ImportOptions());
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::Status run = RunPipeline(*module, pipeline, PassManagerOptions());
  ASSERT_TRUE(run.ok()) << run;
  const absl::StatusOr<FloatForms> forms = MakeFloatForms(*module->graph);
  ASSERT_TRUE(forms.ok()) << forms.status();

  const CompiledModel model = Compile(Io::kKeep, Type::kInt16x8);
  const Graph& graph = *model.graph.graph;
  EXPECT_THAT(OperandTypes(graph),
              UnorderedElementsAre(DType::kS8, DType::kS16, DType::kS64));
  const Outputs quantized = Reference(graph, judged_);
  EXPECT_GT(Decibels(Reference(*forms->real, judged_), quantized), 70);
  const Outputs real = Reference(*model.imported.graph, judged_);
  const CompiledModel int8 = Compile(Io::kKeep);
  EXPECT_GT(Decibels(real, quantized),
            Decibels(real, Reference(*int8.graph.graph, judged_)) + 3);
}

// Bytes of the weights of `graph`'s layers.
int64_t WeightBytes(const Graph& graph) {
  int64_t bytes = 0;
  for (const auto& node : graph.nodes()) {
    if (IsWeighted(*node)) bytes += node->input(1)->type().bytes();
  }
  return bytes;
}

// The inner layers, which hold nearly all weights, take half the bytes.
TEST_F(QuantizationTest, FourBitWeightsTakeHalfTheBytes) {
  const CompiledModel int8 = Compile(Io::kKeep);
  const CompiledModel model = Compile(Io::kKeep, Type::kW4A8);
  const Graph& graph = *model.graph.graph;
  EXPECT_LT(WeightBytes(graph),
            0.55 * static_cast<double>(WeightBytes(*int8.graph.graph)));
  EXPECT_THAT(OperandTypes(graph),
              UnorderedElementsAre(DType::kS4, DType::kS8, DType::kS32));
  // Rounding to 15 steps leaves an error of 1/sqrt(12) of one, and weights are
  // a third of the greatest in the mean of squares: 18 dB in each layer.
  const Outputs real = Reference(*model.imported.graph, judged_);
  EXPECT_GT(Decibels(real, Reference(graph, judged_)), 18);
}

// Inputs of 32 numbers in which there are 8: what a layer reads then leaves
// room for the errors of its weights to cancel.
std::vector<std::vector<Tensor>> DependentInputs(size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  double mix[32][8];
  for (auto& row : mix) {
    for (double& weight : row) weight = normal(random);
  }
  std::vector<std::vector<Tensor>> inputs;
  for (size_t n = 0; n < count; ++n) {
    double source[8];
    for (double& number : source) number = normal(random);
    Tensor x(TensorType(DType::kF32, {1, 32}));
    for (int64_t i = 0; i < 32; ++i) {
      double sum = 0.1 * normal(random);
      for (int k = 0; k < 8; ++k) sum += mix[i][k] * source[k];
      x.Set(i, sum);
    }
    inputs.push_back({std::move(x)});
  }
  return inputs;
}

TEST_F(QuantizationTest, FittedFourBitWeightsBeatTheNearest) {
  const absl::StatusOr<Module> module = ParseModule(R"(
graph(%x: f32[1,32]) -> (%y) {
  %w0 = const rand(1) : f32[48,32]
  %w1 = const rand(2) : f32[48,48]
  %w2 = const rand(3) : f32[8,48]
  %0 = dense(%x, %w0) {act_min=0}
  %1 = dense(%0, %w1) {act_min=0}
  %y = dense(%1, %w2)
  return %y
}
)");
  ASSERT_TRUE(module.ok()) << module.status();
  constexpr size_t kSamples = 200;
  auto inputs = DependentInputs(2 * kSamples);
  Tensor samples(TensorType(DType::kF32, {kSamples, 32}));
  for (int64_t i = 0; i < samples.size(); ++i) {
    samples.Set(i, inputs[static_cast<size_t>(i / 32)][0].At(i % 32));
  }
  inputs.erase(inputs.begin(), inputs.begin() + kSamples);
  const std::string data = dir_.Write("x.npz", *NpzBytes({{{"x", samples}}}));
  const auto quantized = [&](absl::string_view pass) {
    Module copy;
    copy.graph = module->graph->Clone();
    const absl::StatusOr<Pipeline> pipeline = ParsePipeline(absl::StrCat(
        "calibrate{data=", data, "},quantize{weights=int4;four_bits=all},",
        pass, "{data=", data, "},fold-constants,integers"));
    TINYC_CHECK(pipeline.ok());
    TINYC_CHECK(RunPipeline(copy, *pipeline, PassManagerOptions()).ok());
    return Reference(*copy.graph, inputs);
  };
  const Outputs real = Reference(*module->graph, inputs);
  EXPECT_GT(Decibels(real, quantized("fit-weights")),
            Decibels(real, quantized("correct-bias")) + 6);
}

TEST_F(QuantizationTest, KernelsAndReferenceAgreeToTheBit) {
  for (const Type type : {Type::kInt8, Type::kInt16x8, Type::kW4A8}) {
    for (const Io io : {Io::kKeep, Io::kInt8, Io::kInt16}) {
      SCOPED_TRACE(AttrText(type) + ", " + AttrText(io));
      const CompiledModel model = Compile(io, type);
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
}

TEST_F(QuantizationTest, TheInterfaceIsWhatWasAskedFor) {
  for (const Type type : {Type::kInt8, Type::kInt16x8}) {
    for (const auto& [io, dtype] : {std::pair(Io::kInt8, DType::kS8),
                                    std::pair(Io::kInt16, DType::kS16)}) {
      const CompiledModel model = Compile(io, type);
      const Graph& graph = *model.graph.graph;
      EXPECT_EQ(graph.inputs()[0]->type().dtype, dtype);
      EXPECT_EQ(graph.inputs()[0]->name(), "image");
      EXPECT_EQ(graph.outputs()[0]->type().dtype, dtype);
      EXPECT_EQ(graph.outputs()[0]->name(), "logits");
      const auto inputs = Inputs(graph);
      const Outputs real = Reference(*model.imported.graph, judged_);
      EXPECT_GT(Decibels(real, Reference(graph, inputs)), 36);
    }
  }
}

TEST_F(QuantizationTest, TheSameSamplesGiveTheSameModel) {
  const CompiledModel a = Compile(Io::kKeep);
  const CompiledModel b = Compile(Io::kKeep);
  const auto inputs = Inputs(*a.graph.graph);
  EXPECT_EQ(Reference(*a.graph.graph, inputs),
            Reference(*b.graph.graph, inputs));
}

}  // namespace
}  // namespace tinyc
