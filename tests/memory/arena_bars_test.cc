// SPDX-License-Identifier: Apache-2.0
//
// The arenas of known models are no larger than the best that whole tensors
// allow (without the caller's inputs and outputs).

#include <string>

#include "frontends/onnx/import.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "tests/support/paths.h"

namespace tinyc {
namespace {

struct Bar {
  const char* model;
  int64_t bytes;
};

class ArenaBarTest : public testing::TestWithParam<Bar> {};

TEST_P(ArenaBarTest, Holds) {
  const std::string path =
      SharedFile(std::string("models/") + GetParam().model + ".onnx");
  if (path.empty()) GTEST_SKIP() << "skipped: the model is not there";
  absl::StatusOr<Module> module = ImportOnnxFile(path, {});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline("default");
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  const absl::Status status =
      RunPipeline(*module, *pipeline, {.replay_dir = ""});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_LE(module->plan->arena_bytes, GetParam().bytes);
  EXPECT_TRUE(module->plan->optimal)
      << module->plan->arena_bytes << " bytes, at least "
      << module->plan->lower_bound;
}

INSTANTIATE_TEST_SUITE_P(
    Models, ArenaBarTest,
    testing::Values(Bar{"kws_int8", 16000}, Bar{"ic_int8", 49152},
                    Bar{"ad_int8", 768}, Bar{"sww_int8", 6656},
                    Bar{"vww_int8", 55296}),
    [](const auto& info) { return std::string(info.param.model); });

}  // namespace
}  // namespace tinyc
