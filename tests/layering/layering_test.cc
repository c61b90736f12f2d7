// SPDX-License-Identifier: Apache-2.0
//
// No file includes upward (layers.cc has the table).

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/layering/layers.h"
#include "tests/layering/source_tree.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LayeringTest, NoFileOfTheCheckoutIncludesUpward) {
  const SourceTree tree = ReadCheckout();
  if (tree.empty()) GTEST_SKIP() << "skipped: not a git checkout";
  EXPECT_THAT(FindLayeringErrors(tree), IsEmpty());
}

TEST(LayeringTest, DownwardIsAllowed) {
  const SourceTree tree = {
      {"runtime/include/tc_kernel.h", ""},
      {"runtime/kernels/conv2d/conv2d.h", "#include \"tc_kernel.h\"\n"},
      {"compiler/base/status.h", "#include \"absl/status/status.h\"\n"},
      {"compiler/ops/conv.h",
       "#include \"compiler/base/status.h\"\n#include \"conv2d/conv2d.h\"\n"},
      {"passes/pass.h", "#include \"compiler/ops/conv.h\"\n"},
      {"frontends/onnx/load.cc", "#include \"onnx/onnx_pb.h\"\n"},
      {"tools/tinyc.cc", "#include \"passes/pass.h\"\n"},
      {"tests/ops/conv_test.cc", "#include \"passes/pass.h\"\n"},
  };
  EXPECT_THAT(FindLayeringErrors(tree), IsEmpty());
}

// The errors of a tree in which `path` holds the one line `#include "name"`.
std::vector<std::string> ErrorsOf(const std::string& path,
                                  const std::string& name) {
  return FindLayeringErrors({
      {"runtime/kernels/conv2d/conv2d.inc", ""},
      {"compiler/ir/graph.h", ""},
      {"compiler/ops/conv.h", ""},
      {"compiler/targets/registry.h", ""},
      {"passes/pass.h", ""},
      {"frontends/onnx/load.h", ""},
      {path, "# include  \"" + name + "\"\n"},
  });
}

TEST(LayeringTest, UpwardAndSidewaysAreNot) {
  EXPECT_THAT(ErrorsOf("runtime/include/tc_x.h", "compiler/ir/graph.h"),
              ElementsAre("runtime/include/tc_x.h: runtime must not include "
                          "compiler/ir (compiler/ir/graph.h)"));
  EXPECT_THAT(ErrorsOf("compiler/ir/x.h", "compiler/ops/conv.h"),
              ElementsAre("compiler/ir/x.h: compiler/ir must not include "
                          "compiler/ops (compiler/ops/conv.h)"));
  EXPECT_THAT(ErrorsOf("compiler/ops/x.cc", "compiler/targets/registry.h"),
              ElementsAre("compiler/ops/x.cc: compiler/ops must not include "
                          "compiler/targets (compiler/targets/registry.h)"));
  EXPECT_THAT(ErrorsOf("passes/x.cc", "frontends/onnx/load.h"),
              ElementsAre("passes/x.cc: passes must not include frontends "
                          "(frontends/onnx/load.h)"));
  EXPECT_THAT(ErrorsOf("frontends/x.cc", "passes/pass.h"),
              ElementsAre("frontends/x.cc: frontends must not include passes "
                          "(passes/pass.h)"));
  EXPECT_THAT(ErrorsOf("passes/x.cc", "onnx/onnx_pb.h"),
              ElementsAre("passes/x.cc: passes must not include onnx "
                          "(onnx/onnx_pb.h)"));
}

TEST(LayeringTest, OperatorsSeeOnlyHeadersOfTheRuntime) {
  EXPECT_THAT(ErrorsOf("compiler/ops/x.cc", "conv2d/conv2d.inc"),
              ElementsAre("compiler/ops/x.cc: operators see only the headers "
                          "of runtime, not runtime/kernels/conv2d/conv2d.inc"));
  EXPECT_THAT(ErrorsOf("compiler/targets/x.cc", "conv2d/conv2d.inc"),
              IsEmpty());
}

TEST(LayeringTest, UnknownFoldersAreNamed) {
  EXPECT_THAT(ErrorsOf("compiler/misc/x.cc", "vector"),
              ElementsAre("compiler/misc/x.cc: its folder is not in "
                          "tests/layering/layers.cc"));
  EXPECT_THAT(ErrorsOf("extra/x.cc", "vector"),
              ElementsAre("extra/x.cc: its folder is not in "
                          "tests/layering/layers.cc"));
}

}  // namespace
}  // namespace tinyc
