// SPDX-License-Identifier: Apache-2.0
//
// tinyc-run as a user runs it.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/file.h"
#include "compiler/data/npz.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kModel[] = "examples/mnist/mnist.onnx";
constexpr char kInt8Model[] = "examples/mnist/mnist_int8.onnx";
constexpr char kDigits[] = "examples/mnist/digits.npz";  // image [20,1,28,28]

// y = a + b
constexpr char kSum[] = R"(module sum
graph(%a: f32[2], %b: f32[2]) -> (%y) {
  %y = add(%a, %b) : f32[2]
  return %y
}
)";

class TinycRunTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const {
    return dir_.path() + "/" + name;
  }
  std::string Arrays(const std::string& name,
                     const std::vector<NamedTensor>& arrays) {
    return dir_.Write(name, *NpzBytes(arrays));
  }
  void ExpectFailure(const std::vector<std::string>& arguments, int exit_code,
                     const std::string& text) {
    const std::vector<std::string> before = dir_.Names();
    const ProgramRun run = RunProgram("tinyc-run", arguments);
    EXPECT_EQ(run.exit_code, exit_code);
    EXPECT_THAT(run.err, HasSubstr(text));
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(dir_.Names(), before);
  }

  const TempDir dir_;
};

TEST_F(TinycRunTest, ComputesByEveryEngine) {
  const std::string model = dir_.Write("sum.tir", kSum);
  const std::string inputs =
      Arrays("in.npz", {{"b", Tensor::Of<float>({2, 2}, {10, 20, 30, 40})},
                        {"a", Tensor::Of<float>({2, 2}, {1, 2, 3, 4})}});
  for (const char* engine : {"reference", "kernels", "emitted"}) {
    const ProgramRun run =
        RunProgram("tinyc-run", {model, inputs, "-o", Path("out.npz"),
                                 absl::StrCat("--engine=", engine)});
    EXPECT_EQ(run.exit_code, 0) << engine << "\n" << run.err;
    const auto outputs = ReadArrays(Path("out.npz"));
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    ASSERT_EQ(outputs->size(), 1u);
    EXPECT_EQ(outputs->front().name, "y");
    EXPECT_EQ(outputs->front().tensor,
              Tensor::Of<float>({2, 2}, {11, 22, 33, 44}))
        << engine;
  }
}

TEST_F(TinycRunTest, EnginesGiveTheSameIntegers) {
  ASSERT_EQ(RunProgram("tinyc-run", {kInt8Model, kDigits, "-o", Path("r.npz")})
                .exit_code,
            0);
  for (const char* engine : {"kernels", "emitted"}) {
    const ProgramRun run = RunProgram(
        "tinyc-run", {kInt8Model, kDigits, absl::StrCat("--engine=", engine),
                      "--compare=" + Path("r.npz")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, StartsWith("output "));
    EXPECT_THAT(run.out, HasSubstr("   200         0    0.00%"));
  }
}

TEST_F(TinycRunTest, RunsOverPoisonedMemory) {
  std::vector<std::string> arguments = {kInt8Model, kDigits, "-o",
                                        Path("o.npz"), "--engine=reference"};
  ASSERT_EQ(RunProgram("tinyc-run", arguments).exit_code, 0);
  const std::string expected = *ReadFile(Path("o.npz"));
  arguments.push_back("--poison");
  EXPECT_EQ(RunProgram("tinyc-run", arguments).exit_code, 2);
  for (const char* engine : {"kernels", "emitted"}) {
    arguments[4] = absl::StrCat("--engine=", engine);
    const ProgramRun run = RunProgram("tinyc-run", arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(*ReadFile(Path("o.npz")), expected);
  }
}

TEST_F(TinycRunTest, PrintsHowFarOutputsAreApart) {
  const std::string model = dir_.Write("sum.tir", kSum);
  const std::string inputs =
      Arrays("in.npz", {{"a", Tensor::Of<float>({2}, {1, 2})},
                        {"b", Tensor::Of<float>({2}, {1, 2})}});
  const std::string expected =
      Arrays("y.npz", {{"y", Tensor::Of<float>({2}, {2, 4.5})}});
  const ProgramRun run =
      RunProgram("tinyc-run", {model, inputs, "--compare=" + expected});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("y "));
  EXPECT_THAT(run.out, HasSubstr(" 2         1   50.00%             0.5"));
}

TEST_F(TinycRunTest, WritesEveryLayer) {
  for (const char* engine : {"reference", "kernels"}) {
    const std::string file = Path(absl::StrCat(engine, ".npz"));
    const ProgramRun run =
        RunProgram("tinyc-run", {kModel, kDigits, "--layers=" + file,
                                 absl::StrCat("--engine=", engine)});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    const auto layers = ReadArrays(file);
    ASSERT_TRUE(layers.ok()) << layers.status();
    EXPECT_GE(layers->size(), 5u);
    EXPECT_EQ(layers->back().name, "logits");
    EXPECT_EQ(layers->back().tensor.shape(), Shape({1, 10}));
  }
}

TEST_F(TinycRunTest, RefusesWhatDoesNotFit) {
  const std::string out = Path("out.npz");
  const std::string wrong = Arrays(
      "wrong.npz", {{"image", Tensor(TensorType(DType::kF32, {3, 27, 28}))}});
  ExpectFailure({kModel, wrong, "-o", out}, 1,
                "wrong.npz: array \"image\" has shape [3,27,28], the model "
                "takes [1,1,28,28]");
  ExpectFailure({kModel, Path("none.npz"), "-o", out}, 1,
                "none.npz: cannot be read");
  ExpectFailure({kModel, kDigits, "-o", Path("none/out.npz")}, 1,
                "none/out.npz: No such file");
  ExpectFailure({kModel, kDigits, "-o", out, "--compare=" + wrong}, 1,
                "wrong.npz: ");
  ExpectFailure({Path("none.onnx"), kDigits, "-o", out}, 1,
                "none.onnx: is not a file");
}

TEST_F(TinycRunTest, RefusesWrongUsage) {
  ExpectFailure({kModel}, 2, "a model and an .npz file are expected");
  ExpectFailure({kModel, kDigits}, 2, "-o FILE.npz is missing");
  ExpectFailure({kModel, kDigits, "-o", Path("o.npz"), "--engine=gpu"}, 2,
                "there is no engine gpu");
  ExpectFailure(
      {kModel, kDigits, "--layers=" + Path("l.npz"), "--engine=emitted"}, 2,
      "--layers needs the engine reference or kernels");
}

}  // namespace
}  // namespace tinyc
