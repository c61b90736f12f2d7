// SPDX-License-Identifier: Apache-2.0
//
// What integerize and note-floats say about operators of a quantized model that
// compute in floats.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"

namespace tinyc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The notes on the graph `body`, from "graph(" on.
std::vector<std::string> Notes(absl::string_view body) {
  absl::StatusOr<Module> module = ParseModule(body);
  if (!module.ok()) return {std::string(module.status().message())};
  const absl::StatusOr<Pipeline> pipeline =
      ParsePipeline("integers,note-floats");
  const absl::Status status =
      RunPipeline(*module, *pipeline, {.replay_dir = ""});
  if (!status.ok()) return {std::string(status.message())};
  return module->notes;
}

TEST(NotesTest, OfWhatHasNoKernels) {
  EXPECT_THAT(Notes(R"(graph(%x: s16[2,2] q(0.01, 0)) -> (%y) {
        %1 = dequantize(%x)
        %2 = resize_weighted(%1) {rows=[0,1], row_weights=[1,0.5], outside=9}  loc(4 Resize "between")
        %y = quantize(%2) : s16[2,2] q(0.02, 0)
        return %y
      })"),
              ElementsAre("resize_weighted stays in float, since this "
                          "interpolation has no kernel for integers: node 4 "
                          "\"between\" (Resize)"));
}

TEST(NotesTest, WithoutThePlaceOfAnErrorInTheReason) {
  EXPECT_THAT(
      Notes(R"(graph(%x: s16[2,2] q(0.01, 0)) -> (%y) {
        %1 = dequantize(%x)  loc(3 DequantizeLinear "")
        %2 = softmax(%1) {axis=1}  loc(4 Softmax "s")
        %y = quantize(%2) : s16[2,2] q(1e-06, 0)  loc(5 QuantizeLinear "q")
        return %y
      })"),
      ElementsAre("softmax stays in float, since the result of softmax has the "
                  "scale 1e-06, at least 2^-16 is needed: node 4 \"s\" "
                  "(Softmax)"));
}

TEST(NotesTest, OfFunctionsThatNoQuadraticsFollow) {
  const char* const text = R"(graph(%x: s16[2,2] q(0.0002, 0)) -> (%y) {
        %1 = dequantize(%x)
        %2 = OP(%1)  loc(4 Op "f")
        %y = quantize(%2) : s16[2,2] q(0.0002, 0)
        return %y
      })";
  const auto notes = [&](const char* op) {
    return Notes(absl::StrReplaceAll(text, {{"OP", op}}));
  };
  EXPECT_THAT(notes("tanh"), ElementsAre());
  EXPECT_THAT(notes("log"),
              ElementsAre("log stays in float, since it has no value for some "
                          "numbers of 16 bits: node 4 \"f\" (Op)"));
  EXPECT_THAT(notes("hard_swish"),
              ElementsAre("hard_swish stays in float, since its curve is too "
                          "sharp for 16 bits: node 4 \"f\" (Op)"));
}

TEST(NotesTest, OfResultsThatTheModelLeavesFloat) {
  EXPECT_THAT(
      Notes(R"(graph(%x: s8[1,2] q(0.5, 3)) -> (%y) {
        %1 = dequantize(%x)
        %y = softmax(%1) {axis=1}  loc(7 Softmax "head")
        return %y
      })"),
      ElementsAre("softmax stays in float, since the model does not quantize "
                  "its result: node 7 \"head\" (Softmax)"));
}

// The pool moves values: the reason is what stands beside it.
TEST(NotesTest, OfOperandsThatTheModelLeavesFloat) {
  EXPECT_THAT(
      Notes(R"(graph(%x: s8[1,1,2,2] q(0.5, 3), %z: f32[1,1,1,1]) -> (%y) {
        %1 = dequantize(%x)
        %2 = sigmoid(%1)  loc(1 Sigmoid "a")
        %3 = max_pool(%2) {kernel=[2,2]}
        %4 = add(%3, %z)  loc(3 Add "b")
        %5 = exp(%4)  loc(4 Exp "c")
        %y = quantize(%5) : s8[1,1,1,1] q(0.02, 0)
        return %y
      })"),
      ElementsAre("add stays in float, since the model does not quantize it: "
                  "node 3 \"b\" (Add)",
                  "exp stays in float, since the model does not quantize what "
                  "it reads: node 4 \"c\" (Exp)",
                  "sigmoid stays in float, since the model does not quantize "
                  "its result: node 1 \"a\" (Sigmoid)"));
}

TEST(NotesTest, OfFloatConstantsBetweenIntegers) {
  EXPECT_THAT(
      Notes(R"(graph(%x: s8[1,2] q(0.5, 3)) -> (%y, %z) {
        %w = const [0.3,0.7071] : f32[1,2]
        %c = const [0.5,0.7] : f32[2]
        %1 = dequantize(%x)
        %2 = dense(%1, %w)  loc(1 Gemm "d")
        %y = quantize(%2) : s8[1,1] q(0.02, 0)
        %3 = mul(%1, %c)  loc(2 Mul "m")
        %z = quantize(%3) : s8[1,2] q(0.02, 0)
        return %y, %z
      })"),
      ElementsAre("dense stays in float, since its weights are not quantized: "
                  "node 1 \"d\" (Gemm)",
                  "mul stays in float, since its constant operand is not "
                  "quantized: node 2 \"m\" (Mul)"));
}

TEST(NotesTest, OfFiveNodesNameFour) {
  std::string text =
      "graph(%x: s8[1,2] q(0.5, 3)) -> (%y) {\n"
      "%v0 = dequantize(%x)\n";
  for (int i = 0; i < 5; ++i) {
    absl::StrAppend(&text, "%v", i + 1, " = softmax(%v", i, ") {axis=1}  loc(",
                    i, " Softmax \"s", i, "\")\n");
  }
  absl::StrAppend(&text, "%y = relu(%v5)\nreturn %y\n}\n");
  EXPECT_THAT(
      Notes(text),
      ElementsAre("softmax stays in float, since the model does not quantize "
                  "it: node 1 \"s1\" (Softmax), node 2 \"s2\" (Softmax), "
                  "node 3 \"s3\" (Softmax), node 4 \"s4\" (Softmax)",
                  "softmax stays in float, since the model does not quantize "
                  "its result: node 0 \"s0\" (Softmax)"));
}

TEST(NotesTest, NoneForFloatModelsAndWeightsAlone) {
  EXPECT_THAT(Notes(R"(graph(%x: f32[1,2]) -> (%y) {
        %w = const [1,2] : s8[1,2] q(0.5, 0)
        %1 = dequantize(%w)
        %2 = dense(%x, %1)
        %y = softmax(%2) {axis=1}
        return %y
      })"),
              IsEmpty());
}

}  // namespace
}  // namespace tinyc
