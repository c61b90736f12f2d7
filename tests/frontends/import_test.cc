// SPDX-License-Identifier: Apache-2.0
//
// Files and bytes that are no model, and models that exist.  What models
// become is in the .tir files of this folder.

#include "frontends/onnx/import.h"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "compiler/interpreter/interpreter.h"
#include "compiler/ir/verify.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onnx/defs/parser.h"
#include "tests/support/paths.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The bytes of a model in ONNX's textual form, with operator set 18.
std::string Bytes(const std::string& text) {
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(
      model, ("<ir_version: 8, opset_import: [\"\" : 18]>\n" + text).c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model.SerializeAsString();
}

std::string ErrorOf(const std::string& bytes) {
  return std::string(ImportOnnx(bytes, "", {}).status().message());
}

std::vector<std::string> SharedModels() {
  std::vector<std::string> paths;
  const std::string folder = SharedFile("models");
  if (folder.empty()) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".onnx") paths.push_back(entry.path());
  }
  return paths;
}

// y = relu(x W) + b with everything written out: x W is [-1, 5].
TEST(ImportTest, KeepsTheMeaning) {
  const absl::StatusOr<Module> module = ImportOnnx(
      Bytes("g (float[1,2] x) => (float[1,2] y)\n"
            "<float[2,2] w = {1, 2, 3, 4}, float[2] b = {10, 20}> {\n"
            "  t = MatMul(x, w)\n  r = Relu(t)\n  y = Add(r, b)\n}"),
      "", {});
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::StatusOr<std::vector<Tensor>> y =
      Interpret(*module->graph, {Tensor::Of<float>({1, 2}, {2, -1})});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_THAT((*y)[0].data<float>(), ElementsAre(10, 20));
}

TEST(ImportTest, NamesTheModuleAfterItsFile) {
  const absl::StatusOr<Module> module =
      ImportOnnxFile("examples/mnist/mnist.onnx", {});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(module->name, "mnist");
}

TEST(ImportTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(ImportOnnxFile("examples", {}).status().message(),
            "examples is not a file");
  EXPECT_EQ(ImportOnnxFile("missing.onnx", {}).status().message(),
            "missing.onnx is not a file");
}

TEST(ImportTest, RefusesWhatIsNoModel) {
  constexpr char kNoModel[] = "this is not an ONNX model, or it is truncated";
  EXPECT_EQ(ErrorOf(""), kNoModel);
  EXPECT_EQ(ErrorOf("hello, world"), kNoModel);
  EXPECT_THAT(ErrorOf(onnx::ModelProto().SerializeAsString()), kNoModel);
}

TEST(ImportTest, TellsWhoseFaultItIs) {
  EXPECT_TRUE(absl::IsUnimplemented(
      ImportOnnx(Bytes("g (float[2] x) => (y) { y = NonZero(x) }"), "", {})
          .status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      ImportOnnx(Bytes("g (float[2] x) => (y) {\n"
                       "  z = NonZero(x)\n  y = Relu(w)\n}"),
                 "", {})
          .status()));
}

TEST(ImportTest, ListsBrokenInitializers) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(
      Bytes("g (float[2] x) => (y) <float[2] w = {1, 2}> {\n"
            "  y = Add(x, w)\n}")));
  onnx::TensorProto* w = model.mutable_graph()->mutable_initializer(0);
  w->clear_float_data();
  w->clear_raw_data();
  EXPECT_EQ(ErrorOf(model.SerializeAsString()),
            "initializer \"w\": it has 0 values, its type needs 2");
}

// A function that doubles its calls at every level asks for 2^40 nodes.
TEST(ImportTest, DoesNotExpandWithoutEnd) {
  std::string text = "g (float[2] x) => (y) { y = local.f0(x) }\n";
  for (int i = 0; i < 40; ++i) {
    const std::string next =
        i == 39 ? "Relu" : "local.f" + std::to_string(i + 1);
    text +=
        "<domain: \"local\", opset_import: [\"\" : 18, \"local\" : 1]>\n"
        "f" +
        std::to_string(i) + "(a) => (c) {\n  b = " + next +
        "(a)\n  c = " + next + "(b)\n}\n";
  }
  onnx::ModelProto model;
  ASSERT_TRUE(
      onnx::OnnxParser::Parse(
          model,
          ("<ir_version: 8, opset_import: [\"\" : 18, \"local\" : 1]>\n" + text)
              .c_str())
          .IsOK());
  EXPECT_THAT(ErrorOf(model.SerializeAsString()),
              HasSubstr("the model has more than 100000 nodes"));
}

// Wherever a real model is cut or damaged, the result is a verified module or
// a sentence.
TEST(ImportTest, SurvivesDamage) {
  std::string bytes = Bytes(
      "g (float[1,2,4] x) => (float[1,16] y)\n"
      "<float[2,2,1] w = {1, 2, 3, 4}, float s = {0.5}, int64[2] n = {1, -1}> "
      "{\n"
      "  a = Conv<pads = [0, 1]>(x, w)\n  b = QuantizeLinear(a, s)\n"
      "  c = DequantizeLinear(b, s)\n  d = Concat<axis = 2>(a, c)\n"
      "  e = MaxPool<auto_pad = \"SAME_UPPER\", kernel_shape = [3]>(d)\n"
      "  f = Slice(e, n, n, n)\n  h = ReduceMean<keepdims = 1>(e)\n"
      "  i = Add(e, h)\n  y = Reshape(i, n)\n}");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(
        ImportOnnx(absl::string_view(bytes).substr(0, size), "", {}).ok() &&
        size == 0);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    for (int k = 0; k < 3; ++k) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const absl::StatusOr<Module> module = ImportOnnx(damaged, "", {});
    if (module.ok()) {
      EXPECT_TRUE(Verify(*module).ok()) << Verify(*module);
    } else {
      EXPECT_FALSE(module.status().message().empty());
    }
  }
}

TEST(ImportTest, ImportsRealModels) {
  const std::vector<std::string> paths = SharedModels();
  if (paths.empty()) GTEST_SKIP() << "skipped: no folder of models";
  for (const std::string& path : paths) {
    const absl::StatusOr<Module> module = ImportOnnxFile(path, {});
    ASSERT_TRUE(module.ok()) << path << ": " << module.status();
    EXPECT_TRUE(Verify(*module).ok()) << path << ": " << Verify(*module);
    EXPECT_TRUE(module->notes.empty()) << path;
  }
}

}  // namespace
}  // namespace tinyc
