// SPDX-License-Identifier: Apache-2.0
//
// Maps: the C that is composed of the expressions of the kernel rows computes
// what the operators mean, and so do the rows run one by one.

#include "compiler/ops/map.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ops/activation.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/registry.h"
#include "compiler/ops/unary.h"
#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

constexpr absl::string_view kPasses = "fuse-elementwise,backend";

constexpr DType kTypes[] = {DType::kF32, DType::kF64, DType::kS8,  DType::kU8,
                            DType::kS16, DType::kU16, DType::kS32, DType::kU32,
                            DType::kS64, DType::kU64, DType::kBool};

bool Takes(absl::string_view name, DType dtype, size_t operands) {
  const TensorType type(dtype, {4});
  const std::vector<const TensorType*> in(operands, &type);
  return OpRegistry::Get().Make(name)->InferTypes({.in = in}).ok();
}

// A graph with one output per operator in `calls`, each through a cast, so that
// the operator is the first step of a map.
std::string GraphOf(absl::string_view type,
                    const std::vector<std::string>& calls) {
  std::vector<std::string> outputs;
  std::string text;
  for (size_t i = 0; i < calls.size(); ++i) {
    outputs.push_back(absl::StrCat("%y", i));
    absl::StrAppend(&text, "%t", i, " = ", calls[i], "\n%y", i, " = cast(%t", i,
                    ") {to=f64}\n");
  }
  const std::string list = absl::StrJoin(outputs, ", ");
  return absl::StrCat("graph(%x: ", type, "[61], %z: ", type, "[61]) -> (",
                      list, ") {\n", text, "return ", list, "\n}\n");
}

// Every node of the module is a map.
bool AllMapped(const Module& module) {
  return std::all_of(
      module.graph->nodes().begin(), module.graph->nodes().end(),
      [](const auto& node) { return node->template As<Map>() != nullptr; });
}

TEST(MapTest, EveryRowComposes) {
  for (const DType dtype : kTypes) {
    std::vector<std::string> calls;
    for (const UnaryRow& row : UnaryRows()) {
      if (Takes(row.name, dtype, 1)) {
        calls.push_back(absl::StrCat(row.name, "(%x)"));
      }
    }
    for (const BinaryRow& row : BinaryRows()) {
      if (Takes(row.name, dtype, 2)) {
        calls.push_back(absl::StrCat(row.name, "(%x, %z)"));
      }
    }
    for (const ActivationRow& row : ActivationRows()) {
      if (Takes(row.name, dtype, 1)) {
        calls.push_back(absl::StrCat(row.name, "(%x) {alpha=0.25, beta=0.5}"));
      }
    }
    for (const DType to : kTypes) {
      calls.push_back(absl::StrCat("cast(%x) {to=", InfoOf(to).text, "}"));
    }
    const absl::string_view type = InfoOf(dtype).text;
    const absl::StatusOr<Module> module =
        RunPasses(GraphOf(type, calls), kPasses);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_TRUE(AllMapped(*module)) << type;
    EXPECT_EQ(DifferenceOfEngines(*module), "") << type;
  }
}

TEST(MapTest, LimitsAndChoices) {
  for (const char* type : {"f32", "s8", "u8", "s16", "u16", "s32"}) {
    std::vector<std::string> calls;
    for (const char* limits : {"min=0", "max=3", "min=-1, max=2",
                               "min=1, max=-1", "min=-1000000, max=1000000"}) {
      calls.push_back(absl::StrCat("clip(%x) {", limits, "}"));
    }
    const absl::StatusOr<Module> module =
        RunPasses(GraphOf(type, calls), kPasses);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_TRUE(AllMapped(*module));
    EXPECT_EQ(DifferenceOfEngines(*module), "") << type;
  }
  for (const char* type : {"f32", "f64", "s8", "bool", "u64"}) {
    std::string text = R"(
graph(%c: bool[3,1], %x: T[3,5], %z: T[5]) -> (%y) {
  %1 = where(%c, %x, %z)
  %y = cast(%1) {to=f32}
  return %y
}
)";
    for (size_t at; (at = text.find("T[")) != text.npos;) {
      text.replace(at, 1, type);
    }
    const absl::StatusOr<Module> module = RunPasses(text, kPasses);
    ASSERT_TRUE(module.ok()) << module.status();
    EXPECT_TRUE(AllMapped(*module));
    EXPECT_EQ(DifferenceOfEngines(*module), "") << type;
  }
}

// Statements on values of the shape [2,3,4] and on what broadcasts to it.
std::string RandomChain(uint32_t seed) {
  std::mt19937 random(seed);
  const auto one_of = [&](const std::vector<std::string>& names) {
    return names[random() % names.size()];
  };
  std::vector<std::string> values = {"%x", "%z"};
  std::string text =
      "graph(%x: f32[2,3,4], %z: f32[2,3,4], %s: f32[], %r: f32[4], "
      "%q: f32[2,3,1], %m: f32[3,1]) -> (%y) {\n";
  for (int i = 0; i < 9; ++i) {
    const std::string name = i == 8 ? "%y" : absl::StrCat("%v", i);
    const std::string a = i == 8 ? values.back() : one_of(values);
    const uint32_t kind = static_cast<uint32_t>(random() % 4);
    if (kind == 0) {
      absl::StrAppend(&text, name, " = ",
                      one_of({"relu", "neg", "tanh", "abs", "sigmoid"}), "(", a,
                      ")\n");
    } else if (kind == 1) {
      absl::StrAppend(&text, name, " = clip(", a, ") {min=-0.5, max=0.75}\n");
    } else {
      values.insert(values.end(), {"%s", "%r", "%q", "%m"});
      const std::string b = one_of(values);
      values.resize(values.size() - 4);
      absl::StrAppend(&text, name, " = ",
                      one_of({"add", "sub", "mul", "max", "min"}), "(", a, ", ",
                      b, ")\n");
    }
    values.push_back(name);
  }
  return absl::StrCat(text, "return %y\n}\n");
}

TEST(MapTest, RandomChains) {
  size_t maps = 0;
  for (uint32_t seed = 0; seed < 12; ++seed) {
    const std::string text = RandomChain(seed);
    const absl::StatusOr<Module> module = RunPasses(text, "default");
    ASSERT_TRUE(module.ok()) << module.status() << "\n" << text;
    for (const auto& node : module->graph->nodes()) {
      maps += node->As<Map>() != nullptr;
    }
    EmitOptions options;
    options.split = seed % 3 == 0;
    EXPECT_EQ(DifferenceOfEngines(*module, options), "") << text;
  }
  EXPECT_GT(maps, 10);
}

TEST(MapTest, IsCpp) {
  const absl::StatusOr<Module> module = RunPasses(R"(
graph(%x: u8[7], %z: u8[7]) -> (%y) {
  %1 = not(%x)
  %2 = clip(%1) {min=0, max=200}
  %3 = add(%2, %z)
  %y = cast(%3) {to=s16}
  return %y
}
)",
                                                  kPasses);
  ASSERT_TRUE(module.ok()) << module.status();
  const auto files = EmitC(*module, {});
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(CxxComplaints(*files), "");
}

}  // namespace
}  // namespace tinyc
