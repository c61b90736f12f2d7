// SPDX-License-Identifier: Apache-2.0
//
// The arenas of known models (without the caller's inputs and outputs): by
// default, as small as they get without additional multiply-accumulates, and
// with 5 % of them.

#include <cctype>
#include <string>

#include "absl/strings/str_cat.h"
#include "frontends/onnx/import.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "tests/support/paths.h"

namespace tinyc {
namespace {

struct Bar {
  const char* model;
  const char* memory;  // the options of plan-memory
  int64_t bytes;
};

class ArenaBarTest : public testing::TestWithParam<Bar> {};

TEST_P(ArenaBarTest, Holds) {
  const std::string path =
      SharedFile(std::string("models/") + GetParam().model + "_int8.onnx");
  if (path.empty()) GTEST_SKIP() << "skipped: the model is not there";
  absl::StatusOr<Module> module = ImportOnnxFile(path, {});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::StatusOr<Pipeline> pipeline = ParsePipeline(absl::StrCat(
      "clean,fuse,integers,slim,forms,prepare-outputs,select-kernels,"
      "compress-weights,pack-weights,schedule,plan-memory",
      GetParam().memory, ",check-plan"));
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
    testing::Values(
        // Whole tensors: as two other planners found.
        Bar{"kws", "{whole}", 16000}, Bar{"vww", "{whole}", 55296},
        Bar{"ic", "{whole}", 49152}, Bar{"sww", "{whole}", 6656},
        Bar{"kws", "", 8500}, Bar{"vww", "", 37500}, Bar{"ic", "", 34000},
        Bar{"ad", "", 768}, Bar{"sww", "", 3900}, Bar{"mcunet_vww", "", 78000},
        Bar{"person_detect", "", 37500}, Bar{"kws", "{ram=min}", 6000},
        Bar{"vww", "{ram=min}", 14000}, Bar{"ic", "{ram=min}", 12500},
        Bar{"ad", "{ram=min}", 768}, Bar{"sww", "{ram=min}", 3900},
        Bar{"mcunet_vww", "{ram=min}", 16000},
        Bar{"person_detect", "{ram=min}", 14500},
        Bar{"vww", "{ram=min;extra-macs=5%}", 10500},
        Bar{"mcunet_vww", "{ram=min;extra-macs=5%}", 14500},
        Bar{"person_detect", "{ram=min;extra-macs=5%}", 10500}),
    [](const auto& info) {
      std::string name = info.param.model;
      for (const char* c = info.param.memory; *c != 0; ++c) {
        name += isalnum(*c) != 0 ? *c : '_';
      }
      return name;
    });

}  // namespace
}  // namespace tinyc
