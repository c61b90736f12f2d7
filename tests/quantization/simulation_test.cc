// SPDX-License-Identifier: Apache-2.0
//
// The simulation against the reference on the same graph.

#include "passes/quantization/simulation.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;

constexpr absl::string_view kModel = R"(
graph(%x: f32[1,4]) -> (%y) {
  %w = const [0.3,-0.2,0.7,0.1,1.1,0.25,-0.4,0.9] : f32[2,4]
  %b = const [0.1,-0.3] : f32[2]
  %xq = quantize(%x) : s8[1,4] q(0.02, 3)
  %xf = dequantize(%xq)
  %wq = quantize(%w) : s8[2,4] q(axis=0, [0.1,0.2], [0,0])
  %wf = dequantize(%wq)
  %f = dense(%xf, %wf, %b) {act_min=0}
  %fq = quantize(%f) : s8[1,2] q(0.05, -128)
  %r = dequantize(%fq)
  %v = reshape(%r) {shape=[2,1]}
  %y = softmax(%v) {axis=0}
  return %y
}
)";

Sample SampleOf(const std::vector<float>& numbers) {
  return {Tensor::Of<float>({1, 4}, numbers)};
}

std::vector<double> Numbers(KernelsRun& run, const Value& value) {
  const float* floats = reinterpret_cast<const float*>(run.BytesOf(value));
  return {floats, floats + value.type().num_elements()};
}

class SimulationTest : public testing::Test {
 protected:
  SimulationTest() : model_(*ParseModule(kModel)) {
    FloatForms forms = *MakeFloatForms(*model_.graph);
    real_ = std::move(forms.real);
    simulation_ = *Simulation::Make(std::move(forms.rounded));
  }

  Module model_;
  std::unique_ptr<Graph> real_;
  std::unique_ptr<Simulation> simulation_;
};

TEST_F(SimulationTest, OutputsAreWhatTheSoftmaxReads) {
  EXPECT_EQ(simulation_->graph().outputs()[0]->name(), "v");
  EXPECT_EQ(real_->outputs()[0]->name(), "v");
}

TEST_F(SimulationTest, ComputesWhatTheReferenceDoes) {
  // 0.03 is a tie of the scale 0.02; 9 and -9 saturate.
  for (const Sample& sample :
       {SampleOf({0.5f, -0.25f, 1, 0.03f}), SampleOf({9, -9, 0.7f, 0.01f})}) {
    KernelsRun run = simulation_->Start(sample);
    ASSERT_TRUE(simulation_->StepAll(run).ok());
    std::vector<double> expected;
    ASSERT_TRUE(Interpret(*model_.graph, sample,
                          [&](const Value& value, const Tensor& tensor) {
                            if (value.name() != "v") return;
                            for (int64_t i = 0; i < tensor.size(); ++i) {
                              expected.push_back(tensor.At(i));
                            }
                          })
                    .ok());
    const std::vector<double> actual =
        Numbers(run, *simulation_->graph().outputs()[0]);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-6);
    }
  }
}

TEST_F(SimulationTest, FollowsTheRoundingsAndShifts) {
  ASSERT_EQ(simulation_->roundings().size(), 2);
  Rounding& input = simulation_->roundings()[0];
  EXPECT_EQ(input.name, "xq");
  // In steps of 1, from -128 to 127: 0.6 is 1.
  input.elem = {DType::kS8, Quant::PerTensor(1, 0)};
  simulation_->roundings()[1].elem = {DType::kS8, Quant::PerTensor(0.25f, 0)};
  KernelsRun run = simulation_->Start(SampleOf({0.6f, 0, 0, 0}));
  ASSERT_TRUE(simulation_->StepAll(run).ok());
  // 0.3 + 0.1 and 1.2 - 0.3, the weight 1.1 being 1.2; to steps of 0.25.
  EXPECT_THAT(Numbers(run, *simulation_->graph().outputs()[0]),
              ElementsAre(0.5, 1));
  // Whatever depends on the input is run again, and nothing else.
  for (size_t step = 0; step < simulation_->nodes().size(); ++step) {
    if (simulation_->nodes()[step]->output()->name() == "f_sum") {
      simulation_->SetShift(step, {Channels({1, 2}, 1), {1, -9}});
    }
  }
  for (const size_t step : input.affected) {
    ASSERT_TRUE(simulation_->Step(run, step).ok());
  }
  EXPECT_THAT(Numbers(run, *simulation_->graph().outputs()[0]),
              ElementsAre(1.5, 0));
}

TEST_F(SimulationTest, RealFormHasNoRounding) {
  const absl::StatusOr<std::vector<std::vector<Tensor>>> outputs =
      RealOutputs(*real_, {SampleOf({0.5f, 0.25f, 1, 0.03f})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // 0.15 - 0.05 + 0.7 + 0.003 + 0.1 and 0.55 + 0.0625 - 0.4 + 0.027 - 0.3.
  EXPECT_NEAR((*outputs)[0][0].At(0), 0.903, 1e-6);
  EXPECT_NEAR((*outputs)[0][0].At(1), 0, 1e-6);
}

TEST_F(SimulationTest, ErrorIsRelativeToTheSquares) {
  const Sample sample = SampleOf({0.6f, 0, 0, 0});
  simulation_->roundings()[0].elem = {DType::kS8, Quant::PerTensor(1, 0)};
  simulation_->roundings()[1].elem = {DType::kS8, Quant::PerTensor(0.25f, 0)};
  KernelsRun run = simulation_->Start(sample);
  ASSERT_TRUE(simulation_->StepAll(run).ok());
  const auto real = RealOutputs(*real_, {sample});
  ASSERT_TRUE(real.ok());
  // 0.5 and 1 in place of 0.28 and 0.36.
  const double expected =
      (0.22 * 0.22 + 0.64 * 0.64) / (0.28 * 0.28 + 0.36 * 0.36);
  EXPECT_NEAR(OutputError(*simulation_, *real).Of(run, 0), expected, 1e-5);
  EXPECT_EQ(DecibelText(0.001), "30.0 dB");
}

}  // namespace
}  // namespace tinyc
