// SPDX-License-Identifier: Apache-2.0
//
// What the graph passes leave of real models.

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/ops/conv.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/transpose.h"
#include "frontends/onnx/import.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "passes/rewrite.h"
#include "tests/support/paths.h"
#include "tests/support/same_results.h"

namespace tinyc {
namespace {

using ::testing::IsEmpty;

constexpr absl::string_view kGraphPasses = "clean,fuse,integers,layout";

absl::StatusOr<Module> ImportModel(const std::string& path) {
  return ImportOnnxFile(path, {});
}

absl::Status RunText(Module& module, absl::string_view passes) {
  TINYC_ASSIGN_OR_RETURN(const Pipeline pipeline, ParsePipeline(passes));
  return RunPipeline(module, pipeline, {.replay_dir = ""});
}

// The transposes that the model's own interface does not ask for.
std::vector<std::string> InnerTransposes(const Graph& graph) {
  std::vector<std::string> found;
  for (const auto& node : graph.nodes()) {
    if (node->As<Transpose>() == nullptr || IsGraphInput(*node->input(0)) ||
        IsGraphOutput(*node->output())) {
      continue;
    }
    found.push_back(node->output()->name());
  }
  return found;
}

std::vector<std::string> ModelFiles() {
  std::vector<std::string> files;
  const std::string folder = SharedFile("models");
  if (folder.empty()) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".onnx") {
      files.push_back(entry.path().string());
    }
  }
  return files;
}

TEST(ModelsTest, NoTransposeIsLeftBetweenLayers) {
  const std::vector<std::string> files = ModelFiles();
  if (files.empty()) GTEST_SKIP() << "skipped: no models beside the checkout";
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    absl::StatusOr<Module> module = ImportModel(file);
    ASSERT_TRUE(module.ok()) << module.status();
    const absl::Status status = RunText(*module, kGraphPasses);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(InnerTransposes(*module->graph), IsEmpty());
  }
}

TEST(ModelsTest, FusedModelsComputeTheSame) {
  for (const char* name :
       {"models/ad_fp32.onnx", "models/mnist_mlp.onnx",
        "models/mnist_cnn_bn.onnx", "models/mnist_cnn_dynamo.onnx"}) {
    const std::string file = SharedFile(name);
    if (file.empty()) GTEST_SKIP() << "skipped: no models beside the checkout";
    SCOPED_TRACE(file);
    absl::StatusOr<Module> module = ImportModel(file);
    ASSERT_TRUE(module.ok()) << module.status();
    const std::unique_ptr<Graph> before = module->graph->Clone();
    const absl::Status status = RunText(*module, kGraphPasses);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(DifferenceOfResults(*before, *module->graph, Numbers::kRounding),
              "");
  }
}

}  // namespace
}  // namespace tinyc
