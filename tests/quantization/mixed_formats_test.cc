// SPDX-License-Identifier: Apache-2.0
//
// calibrate, equalize and choose-formats on networks made for them, run by the
// reference before and after.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "compiler/data/npz.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/observed.h"
#include "compiler/text/parse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "passes/pass_manager.h"
#include "passes/quantization/calibration.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// Channel 1 of %y is a hundredth of channel 0, and counts as much in %z.
constexpr absl::string_view kUneven = R"(
graph(%x: f32[1,8,8,1]) -> (%z) {
  %w = const [1,0.01] : f32[2,1,1,1]
  %b = const [0.5,-0.002] : f32[2]
  %y = conv(%x, %w, %b) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], act_min=0, layout=nhwc}
  %p = max_pool(%y) {kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  %v = const [0,100,0.1,50] : f32[2,2,1,1]
  %z = conv(%p, %v) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  return %z
}
)";

constexpr size_t kSamples = 40;

class MixedFormatsTest : public testing::Test {
 protected:
  // Reproducible numbers between -1 and 1.
  MixedFormatsTest() {
    Tensor all(TensorType(DType::kF32, {kSamples, 8, 8, 1}));
    for (size_t n = 0; n < kSamples; ++n) {
      Tensor sample(TensorType(DType::kF32, {1, 8, 8, 1}));
      for (int64_t i = 0; i < sample.size(); ++i) {
        const int64_t at = static_cast<int64_t>(n) * sample.size() + i;
        sample.Set(i, std::sin(0.7 * static_cast<double>(at * at % 997)));
        all.Set(at, sample.At(i));
      }
      samples_.push_back({std::move(sample)});
    }
    file_ = dir_.Write("x.npz", *NpzBytes({{"x", std::move(all)}}));
  }

  absl::StatusOr<Module> Run(absl::string_view text,
                             const std::string& passes) const {
    absl::StatusOr<Module> module = ParseModule(text);
    if (!module.ok()) return module.status();
    absl::StatusOr<Pipeline> pipeline =
        ParsePipeline(absl::StrReplaceAll(passes, {{"FILE", file_}}));
    if (!pipeline.ok()) return pipeline.status();
    const absl::Status status =
        RunPipeline(*module, *pipeline, PassManagerOptions());
    if (!status.ok()) return status;
    return module;
  }

  // Signal to noise against the reference of `text`, in dB.
  double Decibels(absl::string_view text, const Graph& graph) const {
    const Module real = *ParseModule(text);
    double signal = 0;
    double noise = 0;
    for (const Sample& sample : samples_) {
      const auto wanted = Interpret(*real.graph, sample);
      const auto actual = Interpret(graph, sample);
      EXPECT_TRUE(wanted.ok() && actual.ok());
      for (int64_t i = 0; i < (*wanted)[0].size(); ++i) {
        const double x = (*wanted)[0].At(i);
        signal += x * x;
        noise += std::pow((*actual)[0].At(i) - x, 2);
      }
    }
    return noise > 0 ? 10 * std::log10(signal / noise) : 300;
  }

  const TempDir dir_;
  std::vector<Sample> samples_;
  std::string file_;
};

const Tensor& Constant(const Graph& graph, size_t layer, size_t operand) {
  for (const auto& node : graph.nodes()) {
    if (node->op().name() == "conv" && layer-- == 0) {
      return *node->input(operand)->constant();
    }
  }
  TINYC_CHECK(false);
}

TEST_F(MixedFormatsTest, EqualizesChannels) {
  const absl::StatusOr<Module> module = Run(kUneven, "equalize{data=FILE}");
  ASSERT_TRUE(module.ok()) << module.status();
  // The greatest numbers are 1.5 and 0.008, of which 0.008 / 1.5 is below the
  // least scale of 1 / 64: 0.01 * 64, and -0.002 * 64; the weights after them
  // are 100 / 64 and 50 / 64.
  const Graph& graph = *module->graph;
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 0, 1).At(0)), 1);
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 0, 1).At(1)), 0.64f);
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 0, 2).At(0)), 0.5f);
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 0, 2).At(1)), -0.128f);
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 1, 1).At(1)), 1.5625f);
  EXPECT_FLOAT_EQ(static_cast<float>(Constant(graph, 1, 1).At(3)), 0.78125f);
  EXPECT_EQ(graph.nodes().front()->output()->name(), "y_equalized");
  EXPECT_GT(Decibels(kUneven, graph), 120);
  EXPECT_THAT(module->notes,
              Contains(HasSubstr("channels equalized in 1 of 1 groups")));

  const std::string quantize = "calibrate{data=FILE},quantize";
  const absl::StatusOr<Module> with =
      Run(kUneven, "equalize{data=FILE}," + quantize);
  const absl::StatusOr<Module> without = Run(kUneven, quantize);
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_GT(Decibels(kUneven, *with->graph),
            Decibels(kUneven, *without->graph) + 6);
}

TEST_F(MixedFormatsTest, LeavesChannelsThatOthersSee) {
  // A limit that is no 0, and an operator that is no multiple of a multiple.
  const std::pair<absl::string_view, absl::string_view> changes[] = {
      {"act_min=0, layout", "act_min=0, act_max=6, layout"},
      {"%p = max_pool(%y) {kernel=[2,2], strides=[2,2], pads=[0,0,0,0], "
       "dilations=[1,1], layout=nhwc}",
       "%p = sigmoid(%y)"}};
  for (const auto& [from, to] : changes) {
    const std::string text = absl::StrReplaceAll(kUneven, {{from, to}});
    ASSERT_NE(text, kUneven);
    const absl::StatusOr<Module> module = Run(text, "equalize{data=FILE}");
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_EQ(Constant(*module->graph, 0, 1).At(1), double{0.01f});
  }
}

// Every number counts as much as another one of its size.
constexpr absl::string_view kEven = R"(
graph(%x: f32[1,8,8,1]) -> (%z) {
  %w = const [1,0.8] : f32[2,1,1,1]
  %y = conv(%x, %w) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  %v = const [1,0.5,-0.3,0.7] : f32[2,2,1,1]
  %z = conv(%y, %v) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  return %z
}
)";

// The note that begins with `start`, or "".
std::string NoteOf(const Module& module, absl::string_view start) {
  for (const std::string& note : module.notes) {
    if (absl::StartsWith(note, start)) return note;
  }
  return "";
}

TEST_F(MixedFormatsTest, WarnsOfRangesThatAreWorse) {
  // By the reference, with corrected biases as the comparison has them.
  const auto decibels = [&](const std::string& range) {
    const absl::StatusOr<Module> module =
        Run(kEven, absl::StrCat("calibrate{data=FILE;range=", range,
                                "},quantize,correct-bias{data=FILE}"));
    TINYC_CHECK(module.ok());
    return Decibels(kEven, *module->graph);
  };
  const absl::StatusOr<Module> narrow =
      Run(kEven, "calibrate{data=FILE;range=percentile:80}");
  ASSERT_TRUE(narrow.ok()) << narrow.status();
  const std::string note =
      NoteOf(*narrow,
             "warning: the range percentile:80 is worse than minmax on the "
             "calibration samples");
  const size_t figures = note.find("outputs ");
  ASSERT_NE(figures, std::string::npos) << note;
  double actual = 0;
  double minmax = 0;
  ASSERT_EQ(std::sscanf(note.c_str() + figures,
                        "outputs %lf dB, with minmax %lf dB", &actual, &minmax),
            2)
      << note;
  EXPECT_NEAR(actual, decibels("percentile:80"), 0.3);
  EXPECT_NEAR(minmax, decibels("minmax"), 0.3);
  EXPECT_LT(actual, minmax - 3);

  // The numbers of these samples are densest at the ends: nothing to clip.
  const absl::StatusOr<Module> mse =
      Run(kEven, "calibrate{data=FILE;range=mse}");
  ASSERT_TRUE(mse.ok()) << mse.status();
  EXPECT_THAT(NoteOf(*mse, "ranges by mse"), HasSubstr("with minmax"));
  EXPECT_EQ(NoteOf(*mse, "warning: the range"), "");
}

TEST_F(MixedFormatsTest, TuningWidensEstimatedRanges) {
  const auto decibels = [&](const std::string& tune) {
    const absl::StatusOr<Module> module =
        Run(kEven, "calibrate{data=FILE;range=percentile:80},quantize," + tune +
                       ",correct-bias{data=FILE}");
    TINYC_CHECK(module.ok());
    return Decibels(kEven, *module->graph);
  };
  EXPECT_GT(decibels("tune-ranges{data=FILE;widen}"),
            decibels("tune-ranges{data=FILE}") + 6);
}

std::set<Storage> StoragesIn(const Graph& graph) {
  std::set<Storage> storages;
  for (const auto& node : graph.nodes()) {
    if (const Observed* op = node->As<Observed>()) storages.insert(op->as);
  }
  return storages;
}

TEST_F(MixedFormatsTest, ChoosesTheCheapestThatIsAllowed) {
  const auto choose = [&](const std::string& limit) {
    const absl::StatusOr<Module> module =
        Run(kUneven, absl::StrCat("calibrate{data=FILE},choose-formats{data="
                                  "FILE;max-loss=",
                                  limit, "},quantize"));
    TINYC_CHECK(module.ok());
    return Decibels(kUneven, *module->graph);
  };
  const absl::StatusOr<Module> coarse = Run(
      kUneven, "calibrate{data=FILE},choose-formats{data=FILE;max-loss=5dB}");
  ASSERT_TRUE(coarse.ok()) << coarse.status();
  EXPECT_FALSE(StoragesIn(*coarse->graph).contains(Storage::kInt16));
  EXPECT_THAT(coarse->notes, Contains(HasSubstr("chosen: ")));
  const absl::StatusOr<Module> fine = Run(
      kUneven, "calibrate{data=FILE},choose-formats{data=FILE;max-loss=45dB}");
  ASSERT_TRUE(fine.ok()) << fine.status();
  EXPECT_TRUE(StoragesIn(*fine->graph).contains(Storage::kInt16));
  EXPECT_GT(choose("5dB"), 5);
  EXPECT_GT(choose("45dB"), 45);
  // No integers are that exact.
  EXPECT_GT(choose("120dB"), 120);
}

// Layers of 8 and 16 bits, one after the other.
constexpr absl::string_view kMixed = R"(
graph(%x: f32[1,8,8,1]) -> (%z) {
  %xo = observed(%x) {min=-1, max=1}
  %w = const [1,0.01] : f32[2,1,1,1]
  %b = const [0.5,-0.002] : f32[2]
  %1 = conv(%xo, %w, %b) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], act_min=0, layout=nhwc}
  %y = observed(%1) {min=0, max=1.5}
  %v = const [0,100,0.1,50] : f32[2,2,1,1]
  %2 = conv(%y, %v) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  %p = observed(%2) {min=-0.1, max=0.9, as=int16}
  %u = const [1,-1] : f32[1,2,1,1]
  %3 = conv(%p, %u) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1], layout=nhwc}
  %z = observed(%3) {min=-0.5, max=0.9}
  return %z
}
)";

TEST_F(MixedFormatsTest, MixedModelsRunAsTheReferenceSays) {
  const absl::StatusOr<Module> module =
      Run(kMixed, "quantize,fold-constants,integers,layout,widths");
  ASSERT_TRUE(module.ok()) << module.status();
  const absl::StatusOr<Module> planned = PlanForHost(*module->graph);
  ASSERT_TRUE(planned.ok()) << planned.status();
  for (const Sample& sample : samples_) {
    const auto expected = Interpret(*module->graph, sample);
    const auto actual = RunKernels(*planned, sample);
    ASSERT_TRUE(expected.ok() && actual.ok());
    EXPECT_EQ(*expected, *actual);
  }
}

}  // namespace
}  // namespace tinyc
