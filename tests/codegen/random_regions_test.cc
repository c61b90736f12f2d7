// SPDX-License-Identifier: Apache-2.0
//
// Random nests of if and loop: the passes and the memory plan keep the results,
// and the emitted C has them too.

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

// Writes a graph whose values are %c: bool[] and pairs of floats.
class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  std::string Make() {
    return absl::StrCat(
        "graph(%c: bool[], %d: bool[], %x: f32[2], %y: f32[2]) -> (%out) {\n",
        Statements({"%x", "%y"}, "%c", "%d", 3, "%out"), "return %out\n}\n");
  }

 private:
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  std::string New() { return absl::StrCat("%v", next_++); }
  std::string OneOf(const std::vector<std::string>& names) {
    return names[Below(static_cast<uint32_t>(names.size()))];
  }

  // A few statements over `values`; the last one makes `result`.
  std::string Statements(std::vector<std::string> values,
                         const std::string& cond, const std::string& other,
                         int depth, const std::string& result) {
    std::string text;
    const uint32_t count = 1 + Below(4);
    for (uint32_t i = 0; i <= count; ++i) {
      const std::string name = i == count ? result : New();
      const std::string a = OneOf(values), b = OneOf(values);
      const uint32_t kind = depth == 0 ? Below(2) : Below(6);
      if (kind == 0) {
        constexpr const char* kUnary[] = {"relu", "neg", "tanh", "abs"};
        absl::StrAppend(&text, name, " = ", kUnary[Below(4)], "(", a, ")\n");
      } else if (kind == 1) {
        constexpr const char* kBinary[] = {"add", "sub", "max", "min"};
        absl::StrAppend(&text, name, " = ", kBinary[Below(4)], "(", a, ", ", b,
                        ")\n");
      } else if (kind <= 3) {
        absl::StrAppend(&text, name, " = if(", Below(2) == 0 ? cond : other,
                        ", ", cond, ", ", other, ", ", a, ", ", b, ")\n");
        for (int r = 0; r < 2; ++r) {
          absl::StrAppend(&text, Region("", depth, 0));
        }
      } else if (kind == 4) {
        const std::string all = New();
        absl::StrAppend(&text, name, ", ", all, " = loop(_, _, ", a, ", ", cond,
                        ", ", other, ", ", b, ") {trips=", Below(4),
                        ", carried=1}\n", Region("%i: s64[], ", depth, 1));
      } else {
        const std::string trips = New();
        absl::StrAppend(&text, trips, " = cast(", cond, ") {to=s64}\n");
        absl::StrAppend(&text, name, " = loop(", trips, ", ", other, ", ", a,
                        ", ", cond, ", ", other, ", ", b,
                        ") {carried=1, asks=true}\n",
                        Region("%i: s64[], ", depth, 2));
      }
      values.push_back(name);
    }
    return text;
  }

  // kind: 0 of an if, 1 of a loop that collects, 2 of one that asks.
  std::string Region(const std::string& first, int depth, int kind) {
    const std::string c = New(), d = New(), a = New(), b = New(), out = New();
    const std::string last = OneOf({out, a, b});
    const std::string inputs =
        kind == 0 ? absl::StrCat(c, ": bool[], ", d, ": bool[], ", a,
                                 ": f32[2], ", b, ": f32[2]")
                  : absl::StrCat(a, ": f32[2], ", c, ": bool[], ", d,
                                 ": bool[], ", b, ": f32[2]");
    const std::string results = kind == 0   ? last
                                : kind == 1 ? absl::StrCat(last, ", ", out)
                                            : absl::StrCat(d, ", ", last);
    return absl::StrCat("graph(", first, inputs, ") -> (", results, ") {\n",
                        Statements({a, b}, c, d, depth - 1, out), "return ",
                        results, " }\n");
  }

  std::mt19937 random_;
  int next_ = 0;
};

TEST(RandomRegionsTest, KernelsGiveTheReferencesResults) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    const std::string text = Maker(seed).Make();
    for (const char* passes : {"backend", "default"}) {
      const absl::StatusOr<Module> module = RunPasses(text, passes);
      ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
      for (uint64_t sample = 0; sample < 4; ++sample) {
        std::vector<Tensor> inputs = RandomInputs(*module->graph, seed);
        inputs[0].SetInt(0, sample % 2);
        inputs[1].SetInt(0, sample / 2);
        const auto expected = Interpret(*module->graph, inputs);
        const auto results =
            RunKernels(*module, inputs, {.poison_dead_bytes = true});
        ASSERT_TRUE(expected.ok()) << expected.status() << "\n" << text;
        ASSERT_TRUE(results.ok()) << results.status() << "\n" << text;
        for (int64_t i = 0; i < 2; ++i) {
          EXPECT_NEAR((*results)[0].At(i), (*expected)[0].At(i), 1e-5)
              << "seed " << seed << " " << passes << "\n"
              << text;
        }
      }
    }
  }
}

TEST(RandomRegionsTest, TheEmittedCDoes) {
  for (uint32_t seed = 1000; seed < 1008; ++seed) {
    const std::string text = Maker(seed).Make();
    const absl::StatusOr<Module> module = RunPasses(text, "default");
    ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
    EXPECT_EQ(DifferenceOfEngines(*module), "") << text;
  }
}

}  // namespace
}  // namespace tinyc
