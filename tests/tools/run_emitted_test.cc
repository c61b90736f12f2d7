// SPDX-License-Identifier: Apache-2.0
//
// The C of this test is written by hand in the form that tinyc promises.

#include "tools/driver/run_emitted.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kHeader[] = R"(
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef struct {
  const char *name; int32_t dtype; int32_t rank; const int32_t *dims;
  uint32_t bytes; float scale; int32_t zero_point;
} tc_tensor;
typedef struct {
  const char *name; uint32_t abi;
  int32_t num_inputs, num_outputs; const tc_tensor *inputs, *outputs;
  uint32_t arena_size, arena_align;
  int (*run)(void *arena, const void *const *inputs, void *const *outputs);
  void (*reset)(void *arena);
} tc_model;
extern const tc_model sum_model;
)";

// y[i] = x[i] + b, of two s8 inputs [3] and [1], with this body.
std::vector<OutputFile> SumModel(const std::string& body) {
  return {{"sum.c", R"(
#include "sum.h"
static const int32_t three[] = {3}, one[] = {1};
static const tc_tensor in[] = {{"x", 3, 1, three, 3, 0, 0},
                               {"b", 3, 1, one, 1, 0, 0}};
static const tc_tensor out[] = {{"y", 3, 1, three, 3, 0, 0}};
static int run(void *arena, const void *const *inputs, void *const *outputs) {
  const int8_t *x = inputs[0], *b = inputs[1];
  int8_t *y = outputs[0];
  (void)x, (void)b, (void)y, (void)arena;
)" + body + R"(
}
const tc_model sum_model = {"sum", 1, 2, 1, in, out, 4, 4, run, 0};
)"},
          {"sum.h", kHeader}};
}

constexpr char kSum[] =
    "for (int i = 0; i < 3; ++i) y[i] = (int8_t)(x[i] + b[0]); return 0;";

class RunEmittedTest : public testing::Test {
 protected:
  RunEmittedTest() {
    graph_.AddInput("x", TensorType(DType::kS8, {3}));
    graph_.AddInput("b", TensorType(DType::kS8, {1}));
    graph_.AddOutput(graph_.inputs()[0]);  // stands for y: the same type
  }

  std::string ErrorOf(const std::string& body) {
    const auto model = EmittedModel::Build(SumModel(body), "sum", {"-w"});
    if (!model.ok()) return std::string(model.status().message());
    const auto outputs = model->Run(graph_, samples_);
    return outputs.ok() ? "no error" : std::string(outputs.status().message());
  }

  Graph graph_;
  const std::vector<std::vector<Tensor>> samples_ = {
      {Tensor::Of<int8_t>({3}, {1, 2, 3}), Tensor::Of<int8_t>({1}, {10})},
      {Tensor::Of<int8_t>({3}, {4, 5, 6}), Tensor::Of<int8_t>({1}, {-10})}};
};

TEST_F(RunEmittedTest, RunsEverySample) {
  const auto model = EmittedModel::Build(SumModel(kSum), "sum", {"-std=c99"});
  ASSERT_TRUE(model.ok()) << model.status();
  const auto outputs = model->Run(graph_, samples_);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->size(), 2u);
  EXPECT_THAT((*outputs)[0][0].data<int8_t>(), ElementsAre(11, 12, 13));
  EXPECT_THAT((*outputs)[1][0].data<int8_t>(), ElementsAre(-6, -5, -4));
  EXPECT_TRUE(model->Run(graph_, {})->empty());
}

TEST_F(RunEmittedTest, SaysWhatWentWrong) {
  EXPECT_THAT(ErrorOf("return undeclared;"),
              HasSubstr("refuses the emitted C:\n"));
  EXPECT_THAT(ErrorOf("return -2;"), HasSubstr("the model returned -2"));
  EXPECT_THAT(ErrorOf("y[3] = 0; return 0;"),
              HasSubstr("wrote outside of a buffer"));
  EXPECT_THAT(ErrorOf("((char *)arena)[-1] = 0; return 0;"),
              HasSubstr("wrote outside of a buffer"));
  EXPECT_THAT(ErrorOf("*(volatile int *)0 = 1; return 0;"),
              HasSubstr("exit code 139"));
}

}  // namespace
}  // namespace tinyc
