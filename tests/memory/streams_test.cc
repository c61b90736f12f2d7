// SPDX-License-Identifier: Apache-2.0
//
// Layers that take turns: random image models give the same results with every
// plan, by the interpreter, by the kernels over poisoned memory and by their C
// under sanitizers.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

// A chain of layers over images, with branches that join again, as text.
class RandomImageModel {
 public:
  RandomImageModel(uint32_t seed, bool quantized)
      : random_(seed), quantized_(quantized) {}

  std::string Make() {
    Image x{"x", Below(9) + 6, Below(9) + 6, 1 + Below(4)};
    const std::string head =
        absl::StrCat("graph(%x: ", TypeOf(x), ") -> (%y) {\n");
    std::vector<Image> values = {AddConv(x)};
    const int layers = 2 + static_cast<int>(Below(7));
    for (int i = 0; i < layers; ++i) values.push_back(AddLayer(values));
    Image last = values.back();
    const bool pools = Below(2) == 0;
    if (pools) last = AddPoolOfAll(last);
    // The output is a value of its own.
    const Image y = AddConv(last, "y", 1);
    return absl::StrCat(head, text_, "  return %y\n}\n");
  }

 private:
  struct Image {
    std::string name;
    int64_t h;
    int64_t w;
    int64_t c;
  };

  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  std::string TypeOf(const Image& image) const {
    const std::string dims =
        absl::StrCat("[1,", image.h, ",", image.w, ",", image.c, "]");
    return quantized_ ? absl::StrCat("s8", dims, " q(0.05, 3)")
                      : absl::StrCat("f32", dims);
  }
  std::string NewName() { return absl::StrCat("v", next_++); }
  void Add(const Image& image, const std::string& call) {
    absl::StrAppend(&text_, "  %", image.name, " = ", call, " : ",
                    TypeOf(image), "\n");
  }

  Image AddConv(const Image& x, std::string name = "", int64_t most = 3,
                bool depthwise = false) {
    const int64_t kernel_h = 1 + Below(std::min(most, x.h));
    const int64_t kernel_w = 1 + Below(std::min(most, x.w));
    const int64_t stride = most == 1 ? 1 : 1 + Below(2);
    const int64_t top = Below(kernel_h);
    const int64_t left = Below(kernel_w);
    const int64_t bottom = Below(kernel_h);
    const int64_t right = Below(kernel_w);
    const Image y{name.empty() ? NewName() : name,
                  (x.h + top + bottom - kernel_h) / stride + 1,
                  (x.w + left + right - kernel_w) / stride + 1,
                  depthwise ? x.c : 1 + Below(7)};
    const std::string dims = absl::StrCat("[", y.c, ",", depthwise ? 1 : x.c,
                                          ",", kernel_h, ",", kernel_w, "]");
    const int64_t seed = Below(1000);
    absl::StrAppend(&text_, "  %w_", y.name, " = const rand(", seed,
                    ") : ", quantized_ ? "s8" : "f32", dims,
                    quantized_ ? " q(0.01, 0)" : "", "\n");
    absl::StrAppend(&text_, "  %b_", y.name, " = const rand(", seed + 1,
                    ") : ", quantized_ ? "s32" : "f32", "[", y.c, "]",
                    quantized_ ? " q(0.0005, 0)" : "", "\n");
    Add(y, absl::StrCat("conv(%", x.name, ", %w_", y.name, ", %b_", y.name,
                        ") {strides=[", stride, ",", stride, "], pads=[", top,
                        ",", left, ",", bottom, ",", right, "]",
                        depthwise ? absl::StrCat(", group=", x.c) : "",
                        ", layout=nhwc}"));
    return y;
  }

  Image AddLayer(const std::vector<Image>& values) {
    const Image& x = values.back();
    switch (Below(7)) {
      case 0:
        return AddConv(x, "", 3, /*depthwise=*/true);
      case 1: {
        if (x.h < 2 || x.w < 2) break;
        const Image y{NewName(), x.h / 2, x.w / 2, x.c};
        Add(y, absl::StrCat("max_pool(%", x.name,
                            ") {kernel=[2,2], strides=[2,2], layout=nhwc}"));
        return y;
      }
      case 2:
        // A residual from as far back as there is an image of this size.
        for (const Image& other : values) {
          if (other.name == x.name || other.h != x.h || other.w != x.w ||
              other.c != x.c) {
            continue;
          }
          const Image y{NewName(), x.h, x.w, x.c};
          Add(y, absl::StrCat("add(%", other.name, ", %", x.name, ")"));
          return y;
        }
        break;
      case 6:
        // The channels of two images of this size.
        for (const Image& other : values) {
          if (other.name == x.name || other.h != x.h || other.w != x.w) {
            continue;
          }
          const Image y{NewName(), x.h, x.w, other.c + x.c};
          Add(y, absl::StrCat("concat(%", other.name, ", %", x.name,
                              ") {axis=3}"));
          return y;
        }
        break;
      case 3: {
        const Image y{NewName(), x.h, x.w, x.c};
        Add(y, absl::StrCat(quantized_ ? "sigmoid(%" : "relu(%", x.name, ")"));
        return y;
      }
      case 4: {
        if (x.h > 6 || x.w > 6) break;
        const int64_t down = 1 + Below(3);
        const int64_t across = 1 + Below(3);
        const Image y{NewName(), x.h * down, x.w * across, x.c};
        Add(y, absl::StrCat("resize_nearest(%", x.name, ") {axis=1, rows=[",
                            Repeated(x.h, down), "], columns=[",
                            Repeated(x.w, across), "]}"));
        return y;
      }
      default:
        break;
    }
    return AddConv(x);
  }

  // "0,0,1,1" for 2 and 2.
  static std::string Repeated(int64_t n, int64_t times) {
    std::vector<int64_t> places;
    for (int64_t i = 0; i < n * times; ++i) places.push_back(i / times);
    return absl::StrJoin(places, ",");
  }

  Image AddPoolOfAll(const Image& x) {
    const Image y{NewName(), 1, 1, x.c};
    Add(y, absl::StrCat("average_pool(%", x.name, ") {kernel=[", x.h, ",", x.w,
                        "], layout=nhwc}"));
    return y;
  }

  std::mt19937 random_;
  bool quantized_;
  std::string text_;
  int next_ = 0;
};

absl::StatusOr<Module> Plan(const std::string& text, const std::string& memory,
                            const std::string& before = "") {
  return RunPasses(text, absl::StrCat(before,
                                      "prepare-outputs,select-kernels,"
                                      "pack-weights,plan-memory",
                                      memory, ",check-plan"));
}

int64_t NodesInStreams(const Module& module) {
  int64_t nodes = 0;
  for (const Stream& stream : module.plan->streams) {
    nodes += static_cast<int64_t>(stream.nodes.size());
  }
  return nodes;
}

class StreamsTest : public testing::TestWithParam<bool> {};

TEST_P(StreamsTest, EveryPlanGivesTheSame) {
  int streams = 0;
  int strips = 0;
  int seams = 0;
  int upwards = 0;
  for (uint32_t seed = 0; seed < 30; ++seed) {
    const std::string text = RandomImageModel(seed, GetParam()).Make();
    SCOPED_TRACE(absl::StrCat("seed ", seed, "\n", text));
    const absl::StatusOr<Module> plain = Plan(text, "");
    ASSERT_TRUE(plain.ok()) << plain.status();
    for (const char* memory : {"{ram=min}", "{ram=min;extra-macs=15%}",
                               "{ram=min;extra-macs=50%}"}) {
      const absl::StatusOr<Module> small = Plan(text, memory);
      ASSERT_TRUE(small.ok()) << small.status();
      EXPECT_LE(small->plan->arena_bytes, plain->plan->arena_bytes);
      // The C takes a while to build; the kernels run at once.
      if (seed % 10 == 0) {
        EXPECT_EQ(DifferenceOfEngines(*small), "");
      } else {
        EXPECT_EQ(DifferenceOfKernels(*small), "");
      }
      for (const Stream& stream : small->plan->streams) {
        if (stream.nodes.size() > 1) ++streams;
        if (stream.strips > 1) ++strips;
        if (stream.seam) ++seams;
        if (stream.upwards) ++upwards;
      }
    }
    if (NodesInStreams(*plain) > 0) {
      EXPECT_EQ(DifferenceOfKernels(*plain), "");
    }
  }
  // The models are such that all of it happens.
  EXPECT_GT(streams, 15);
  EXPECT_GT(strips, 3);
  EXPECT_GT(seams, 0);
  EXPECT_GT(upwards, 3);
}

// The same when the image is handed in row by row.
TEST_P(StreamsTest, EveryPlanReadsRowsInOrder) {
  int windows = 0;
  for (uint32_t seed = 0; seed < 15; ++seed) {
    const std::string text = RandomImageModel(seed, GetParam()).Make();
    SCOPED_TRACE(absl::StrCat("seed ", seed, "\n", text));
    for (const char* memory : {"", "{ram=min}", "{ram=min;extra-macs=50%}"}) {
      const absl::StatusOr<Module> plan = Plan(text, memory, "input-rows,");
      ASSERT_TRUE(plan.ok()) << plan.status();
      if (seed == 1) {
        EXPECT_EQ(DifferenceOfEngines(*plan), "");
      } else {
        EXPECT_EQ(DifferenceOfKernels(*plan), "");
      }
      const Value* x = plan->graph->inputs()[0];
      const Value* rows = x->uses()[0].node->output();
      if (plan->plan->values.at(rows).rows > 0) ++windows;
    }
  }
  EXPECT_GT(windows, 30);
}

INSTANTIATE_TEST_SUITE_P(Types, StreamsTest, testing::Values(false, true),
                         [](const auto& info) {
                           return info.param ? "Quantized" : "Float";
                         });

}  // namespace
}  // namespace tinyc
