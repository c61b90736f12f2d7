// SPDX-License-Identifier: Apache-2.0
//
// Random networks with branches, views and values that live long: the plan
// passes check-plan, and the kernels and the emitted C have the reference's
// results over poisoned memory, with inputs and outputs in the arena and
// without.

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/engine/kernels_engine.h"
#include "compiler/interpreter/interpreter.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

// Writes graphs on images s8[1,h,w,4] of two sizes; all arithmetic is exact.
class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  std::string Make() {
    text_ = absl::StrCat("graph(%x: ", Type(8), ", %z: ", Type(4),
                         ") -> (RESULTS) {\n");
    large_ = {"%x"};
    small_ = {"%z"};
    for (uint32_t i = 0; i < 12; ++i) AddNode();
    // One result of each size, and sometimes one that others read.
    std::vector<std::string> results = {Relu(large_.back(), 8),
                                        Relu(small_.back(), 4)};
    if (Below(2) == 0) results.push_back(Relu(OneOf(large_), 8));
    absl::StrAppend(&text_, "  return ", absl::StrJoin(results, ", "), "\n}\n");
    return absl::StrReplaceAll(text_,
                               {{"RESULTS", absl::StrJoin(results, ", ")}});
  }

 private:
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  // Late ones more often, so that chains are long.
  std::string OneOf(const std::vector<std::string>& values) {
    const uint32_t count = static_cast<uint32_t>(values.size());
    return values[std::max(Below(count), Below(count))];
  }
  static std::string Type(int size) {
    return absl::StrCat("s8[1,", size, ",", size, ",4] q(0.5, 0)");
  }
  std::string Add(absl::string_view right, int size) {
    const std::string name = absl::StrCat("%v", next_++);
    absl::StrAppend(&text_, "  ", name, " = ", right, " : ", Type(size), "\n");
    (size == 8 ? large_ : small_).push_back(name);
    return name;
  }
  std::string Relu(const std::string& x, int size) {
    return Add(absl::StrCat("relu(", x, ")"), size);
  }

  void AddNode() {
    const bool large = Below(2) == 0;
    const int size = large ? 8 : 4;
    const std::vector<std::string>& values = large ? large_ : small_;
    const std::string x = OneOf(values);
    const std::string y = OneOf(values);
    switch (Below(7)) {
      case 0: {
        const std::string w = absl::StrCat("%w", next_++);
        absl::StrAppend(&text_, "  ", w, " = const rand(", next_,
                        ", 30) : s8[4,4,3,3] q(0.01, 0)\n");
        Add(absl::StrCat("conv(", x, ", ", w,
                         ") {layout=nhwc, pads=[1,1,1,1]}"),
            size);
        return;
      }
      case 1:
        Relu(x, size);
        return;
      case 2:
        Add(absl::StrCat("max(", x, ", ", y, ")"), size);
        return;
      case 3:
        Add(absl::StrCat("add(", x, ", ", y, ")"), size);
        return;
      case 4:  // the top left quarter, or an image around it
        if (large) {
          Add(absl::StrCat("slice(", x,
                           ") {starts=[0,0,0,0], sizes=[1,4,4,4]}"),
              4);
        } else {
          Add(absl::StrCat("pad(", x, ") {pads=[0,0,0,0,0,4,4,0]}"), 8);
        }
        return;
      case 5: {  // a view, another operator on it, and back
        const std::string flat = absl::StrCat("%v", next_++);
        const std::string negative = absl::StrCat("%v", next_++);
        const std::string type =
            absl::StrCat("s8[", size * size * 4, "] q(0.5, 0)");
        absl::StrAppend(&text_, "  ", flat, " = reshape(", x, ") {shape=[",
                        size * size * 4, "]} : ", type, "\n  ", negative,
                        " = neg(", flat, ") : ", type, "\n");
        Add(absl::StrCat("reshape(", negative, ") {shape=[1,", size, ",", size,
                         ",4]}"),
            size);
        return;
      }
      default: {  // rows of two values
        const std::string top = absl::StrCat("%v", next_++);
        const std::string rows =
            absl::StrCat("s8[1,", size / 2, ",", size, ",4] q(0.5, 0)");
        const std::string bottom = absl::StrCat("%v", next_++);
        for (const auto& [name, from, start] :
             {std::tuple(top, x, 0), std::tuple(bottom, y, size / 2)}) {
          absl::StrAppend(&text_, "  ", name, " = slice(", from,
                          ") {starts=[0,", start, ",0,0], sizes=[1,", size / 2,
                          ",", size, ",4]} : ", rows, "\n");
        }
        Add(absl::StrCat("concat(", bottom, ", ", top, ") {axis=1}"), size);
      }
    }
  }

  std::mt19937 random_;
  int next_ = 0;
  std::string text_;
  std::vector<std::string> large_, small_;  // 8x8 and 4x4 images
};

// The network after the backend's passes, or all of them.
absl::StatusOr<Module> Planned(const std::string& text, bool io_in_arena,
                               const char* passes) {
  return RunPasses(
      absl::StrCat("module m", io_in_arena ? " io(arena)" : "", "\n", text),
      passes);
}

TEST(RandomPlansTest, KernelsHaveTheReferencesResults) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    const std::string text = Maker(seed).Make();
    for (const bool io_in_arena : {false, true}) {
      const absl::StatusOr<Module> module =
          Planned(text, io_in_arena, seed % 2 == 0 ? "backend" : "default");
      ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
      const std::vector<Tensor> inputs = RandomInputs(*module->graph, seed);
      const auto expected = Interpret(*module->graph, inputs);
      const auto results =
          RunKernels(*module, inputs, {.poison_dead_bytes = true});
      ASSERT_TRUE(expected.ok()) << expected.status();
      ASSERT_TRUE(results.ok()) << results.status();
      for (size_t o = 0; o < expected->size(); ++o) {
        ASSERT_EQ((*results)[o].bytes(), (*expected)[o].bytes())
            << "seed " << seed << " output " << o << "\n"
            << text;
      }
    }
  }
}

TEST(RandomPlansTest, SeveralMemoriesGiveTheSame) {
  for (uint32_t seed = 2000; seed < 2040; ++seed) {
    const std::string text = Maker(seed).Make();
    const absl::StatusOr<Module> whole = Planned(text, false, "backend");
    ASSERT_TRUE(whole.ok()) << whole.status();
    const int64_t bytes = whole->plan->arena_bytes;
    const absl::StatusOr<Module> module =
        RunPasses(text, absl::StrCat("prepare-outputs,select-kernels,"
                                     "pack-weights,schedule,plan-memory{memory="
                                     "a:",
                                     bytes / 2, ":fast,b:", bytes / 4,
                                     ",c:", bytes, "},check-plan"));
    ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
    EXPECT_EQ(DifferenceOfKernels(*module), "") << text;
    if (seed % 10 != 0) continue;
    EXPECT_EQ(DifferenceOfEngines(*module), "") << text;
  }
}

TEST(RandomPlansTest, TheEmittedCHasThem) {
  for (uint32_t seed = 1000; seed < 1006; ++seed) {
    const std::string text = Maker(seed).Make();
    for (const bool io_in_arena : {false, true}) {
      const absl::StatusOr<Module> module =
          Planned(text, io_in_arena, "default");
      ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
      EXPECT_EQ(DifferenceOfEngines(*module), "") << text;
    }
  }
}

}  // namespace
}  // namespace tinyc
