// SPDX-License-Identifier: Apache-2.0
//
// Networks as exporters write them, quantized: residual sums, concatenations,
// squeeze and excitation, attention, normalization, recurrent layers.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/data/samples.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/compile.h"

namespace tinyc {
namespace {

constexpr int64_t kSamples = 40;

struct Network {
  const char* name;
  double decibels;  // at least, on the samples that it was calibrated on
  // Some operators stay float: their last bits may decide a tie of what is
  // quantized after them.
  bool islands = false;
  QuantizeOptions::Type type = QuantizeOptions::Type::kInt8;
};

class NetworksTest : public testing::TestWithParam<Network> {
 protected:
  // Random samples, in a file as well.
  Samples MakeSamples(const Graph& graph, std::string* file) const {
    Samples samples = Samples::Random(graph, kSamples);
    std::vector<NamedTensor> arrays;
    for (size_t i = 0; i < graph.inputs().size(); ++i) {
      const TensorType& type = graph.inputs()[i]->type();
      Shape shape = type.shape;
      shape.insert(shape.begin(), kSamples);
      Tensor array(TensorType(type.dtype, shape));
      auto out = array.bytes().begin();
      for (const std::vector<Tensor>& sample : samples.values()) {
        const absl::Span<const uint8_t> bytes = sample[i].bytes();
        out = std::copy(bytes.begin(), bytes.end(), out);
      }
      arrays.push_back({graph.inputs()[i]->name(), std::move(array)});
    }
    *file = dir_.Write("samples.npz", *NpzBytes(arrays));
    return samples;
  }

  const TempDir dir_;
};

TEST_P(NetworksTest, KernelsAgreeWithTheReferenceAndThatWithTheFloatModel) {
  const std::string path =
      absl::StrCat("tests/exports/models/", GetParam().name, ".onnx");
  const absl::StatusOr<CompiledModel> real =
      CompileModel(path, CompileOptions());
  ASSERT_TRUE(real.ok()) << real.status();
  std::string file;
  const Samples samples = MakeSamples(*real->imported.graph, &file);
  CompileOptions options;
  options.quantize =
      QuantizeOptions{.type = GetParam().type, .calibration = file};
  const absl::StatusOr<CompiledModel> model = CompileModel(path, options);
  ASSERT_TRUE(model.ok()) << model.status();
  double signal = 0;
  double noise = 0;
  for (const std::vector<Tensor>& sample : samples.values()) {
    const auto wanted = RunKernels(real->planned, sample);
    const auto expected = Interpret(*model->graph.graph, sample);
    const auto actual = RunKernels(model->planned, sample);
    ASSERT_TRUE(wanted.ok() && expected.ok() && actual.ok());
    for (size_t o = 0; o < expected->size(); ++o) {
      if (!GetParam().islands) {
        EXPECT_EQ((*expected)[o], (*actual)[o]);
      }
      for (int64_t i = 0; i < (*wanted)[o].size(); ++i) {
        const double x = (*wanted)[o].At(i);
        const double error = (*actual)[o].At(i) - x;
        signal += x * x;
        noise += error * error;
      }
    }
  }
  EXPECT_GT(10 * std::log10(signal / noise), GetParam().decibels);
}

INSTANTIATE_TEST_SUITE_P(
    Exported, NetworksTest,
    testing::Values(
        Network{"cnn_dynamo", 40}, Network{"unet_dynamo", 40},
        Network{"mobilenet_v3_block_dynamo", 30}, Network{"tcn_dynamo", 30},
        Network{"vit_dynamo", 30, true}, Network{"conformer_dynamo", 28, true},
        Network{"decoder_dynamo", 38, true}, Network{"gru_dynamo", 35, true},
        Network{"lstm_streaming_dynamo", 35, true}, Network{"mlp_dynamo", 30}),
    [](const auto& network) { return std::string(network.param.name); });

constexpr QuantizeOptions::Type kInt16x8 = QuantizeOptions::Type::kInt16x8;

INSTANTIATE_TEST_SUITE_P(
    Exported16x8, NetworksTest,
    testing::Values(Network{"cnn_dynamo", 43, false, kInt16x8},
                    Network{"unet_dynamo", 43, true, kInt16x8},
                    Network{"mobilenet_v3_block_dynamo", 40, true, kInt16x8},
                    Network{"tcn_dynamo", 38, false, kInt16x8},
                    Network{"vit_dynamo", 38, true, kInt16x8},
                    Network{"conformer_dynamo", 38, true, kInt16x8},
                    Network{"mlp_dynamo", 38, true, kInt16x8}),
    [](const auto& network) { return std::string(network.param.name); });

constexpr QuantizeOptions::Type kW4A8 = QuantizeOptions::Type::kW4A8;

INSTANTIATE_TEST_SUITE_P(
    ExportedW4A8, NetworksTest,
    testing::Values(Network{"cnn_dynamo", 36, false, kW4A8},
                    Network{"unet_dynamo", 40, false, kW4A8},
                    Network{"mobilenet_v3_block_dynamo", 32, false, kW4A8},
                    Network{"tcn_dynamo", 30, false, kW4A8},
                    Network{"vit_dynamo", 33, true, kW4A8},
                    Network{"conformer_dynamo", 28, true, kW4A8},
                    Network{"mlp_dynamo", 35, false, kW4A8}),
    [](const auto& network) { return std::string(network.param.name); });

}  // namespace
}  // namespace tinyc
