// SPDX-License-Identifier: Apache-2.0
//
// The printer and the parser where a .tir file cannot reach: bits of constants,
// side files, names built in code.

#include "compiler/base/text.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ops/registry.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/same_module.h"

namespace tinyc {
namespace {

using ::testing::HasSubstr;

// A graph that returns one constant.
Module ModuleOf(Tensor tensor, std::string name = "c") {
  Module module;
  module.graph->AddOutput(
      module.graph->AddConstant(std::move(tensor), std::move(name)));
  return module;
}

// What follows `const` in the text of such a graph.
std::string ConstText(const Tensor& tensor) {
  const std::string text = PrintModule(ModuleOf(tensor));
  const size_t begin = text.find("const ") + 6;
  return text.substr(begin, text.find('\n', begin) - begin);
}

void ExpectRoundTrip(const Module& module) {
  const std::string text = PrintModule(module);
  const absl::StatusOr<Module> again = ParseModule(text);
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
  EXPECT_EQ(DifferenceBetween(module, *again), "") << text;
  EXPECT_EQ(PrintModule(*again), text);
}

TEST(ParsePercentTest, TakesShares) {
  EXPECT_EQ(ParsePercent("5%"), 0.05);
  EXPECT_EQ(ParsePercent("0%"), 0);
  EXPECT_EQ(ParsePercent("1000%"), 10);
  for (const char* none : {"", "%", "5", "5 MACs", "-1%", "1001%", "nan%"}) {
    EXPECT_EQ(ParsePercent(none), std::nullopt) << none;
  }
}

TEST(ParseBytesTest, TakesUnits) {
  EXPECT_EQ(*ParseBytes("0"), 0);
  EXPECT_EQ(*ParseBytes("65536"), 65536);
  EXPECT_EQ(*ParseBytes("64K"), 65536);
  EXPECT_EQ(*ParseBytes("64k"), 65536);
  EXPECT_EQ(*ParseBytes("2M"), 2097152);
  for (const char* text :
       {"", "K", "-1", "64KB", "6 4", "1.5M", "min", "9223372036854775807K"}) {
    EXPECT_FALSE(ParseBytes(text).ok()) << text;
  }
}

TEST(ConstantTest, ShortOnesAreListed) {
  EXPECT_EQ(ConstText(Tensor::Of<float>({3}, {1, -2.5f, 0.1f})),
            "[1,-2.5,0.1] : f32[3]");
  EXPECT_EQ(ConstText(Tensor::Scalar<int64_t>(7)), "[7] : s64[]");
  EXPECT_EQ(ConstText(Tensor::Of<bool>({2}, {true, false})), "[1,0] : bool[2]");
  EXPECT_EQ(ConstText(Tensor(TensorType(DType::kF32, {0}))), "[] : f32[0]");
}

TEST(ConstantTest, LongOnesAreFilledOrHex) {
  EXPECT_EQ(ConstText(Tensor::Of<int8_t>({17}, std::vector<int8_t>(17, -3))),
            "fill(-3) : s8[17]");
  std::vector<int8_t> ramp(17);
  for (size_t i = 0; i < 17; ++i) ramp[i] = static_cast<int8_t>(i - 1);
  EXPECT_EQ(ConstText(Tensor::Of<int8_t>({17}, ramp)),
            "hex(\"ff000102030405060708090a0b0c0d0e0f\") : s8[17]");
}

// Elements that share a byte are no fill because all bytes are equal.
TEST(ConstantTest, PackedOnesAreFilledWhenTheirElementsAreEqual) {
  Tensor packed(TensorType(DType::kS4, {34}));
  for (int64_t i = 0; i < packed.size(); ++i) packed.SetInt(i, -3);
  EXPECT_EQ(ConstText(packed), "fill(-3) : s4[34]");
  for (int64_t i = 1; i < packed.size(); i += 2) packed.SetInt(i, 2);
  EXPECT_EQ(ConstText(packed),
            "hex(\"2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d\") : s4[34]");
  ExpectRoundTrip(ModuleOf(packed));
}

TEST(ConstantTest, KeepsTheBits) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  ExpectRoundTrip(ModuleOf(Tensor::Of<float>(
      {8}, {0.0f, -0.0f, kInf, -kInf, std::numeric_limits<float>::denorm_min(),
            std::numeric_limits<float>::max(), 1.0f / 3, std::nanf("")})));
  ExpectRoundTrip(ModuleOf(Tensor::Of<double>({3}, {0.1, -0.0, 1e-300})));
  ExpectRoundTrip(ModuleOf(
      Tensor::Of<int64_t>({2}, {std::numeric_limits<int64_t>::min(),
                                std::numeric_limits<int64_t>::max()})));
  ExpectRoundTrip(ModuleOf(
      Tensor::Of<uint64_t>({1}, {std::numeric_limits<uint64_t>::max()})));

  // A NaN with a payload has no decimal text.
  Tensor odd_nan(TensorType(DType::kF32, {1}));
  const uint32_t bits = 0x7fc12345;
  std::memcpy(odd_nan.bytes().data(), &bits, sizeof(bits));
  EXPECT_EQ(ConstText(odd_nan), "hex(\"4523c17f\") : f32[1]");
  ExpectRoundTrip(ModuleOf(odd_nan));
}

TEST(ConstantTest, EveryElementTypeReadsBack) {
  for (int t = 0; t <= static_cast<int>(DType::kS2); ++t) {
    const TensorType type(static_cast<DType>(t), {3, 7});
    ExpectRoundTrip(ModuleOf(RandomConstant(type, 1)));
    ExpectRoundTrip(ModuleOf(RandomConstant({type.dtype, {5}}, 2)));
    ExpectRoundTrip(ModuleOf(Tensor(type)));
  }
}

TEST(ConstantTest, RandomNumbersStayWithinTheirBounds) {
  const Tensor weights = RandomConstant({DType::kF32, {8, 64}}, 7);
  double greatest = 0;
  for (int64_t i = 0; i < weights.size(); ++i) {
    greatest = std::max(greatest, std::abs(weights.At(i)));
    EXPECT_EQ(weights.At(i) * 1024, std::round(weights.At(i) * 1024));
  }
  EXPECT_LE(greatest, 1.0 / 8);
  EXPECT_GT(greatest, 1.0 / 10);

  const Tensor bytes = RandomConstant({DType::kS8, {4096}}, 7);
  int64_t least = 0;
  for (int64_t i = 0; i < bytes.size(); ++i) {
    least = std::min(least, bytes.IntAt(i));
  }
  EXPECT_EQ(least, -127);
  EXPECT_FALSE(RandomConstant({DType::kS8, {64}}, 1) ==
               RandomConstant({DType::kS8, {64}}, 2));
}

TEST(PrintTest, NamesAreQuotedWhenTheyMustBe) {
  for (const char* name : {"x", "0", "/layer1/Conv_output_0", "a.b-c"}) {
    const Module module = ModuleOf(Tensor::Scalar<int8_t>(1), name);
    EXPECT_THAT(PrintModule(module), HasSubstr(absl::StrCat("return %", name)));
    ExpectRoundTrip(module);
  }
  for (const char* name : {"a b", "a:0", "\"", "a\\b", "a\nb", "\xc3\xa4"}) {
    const Module module = ModuleOf(Tensor::Scalar<int8_t>(1), name);
    EXPECT_THAT(PrintModule(module), HasSubstr("return %\""));
    ExpectRoundTrip(module);
  }
}

TEST(PrintTest, TheHeaderStandsWhereItSaysSomething) {
  Module module = ModuleOf(Tensor::Scalar<int8_t>(1));
  EXPECT_THAT(PrintModule(module), testing::StartsWith("graph() -> (%c) {\n"));
  module.name = "two words";
  EXPECT_THAT(PrintModule(module),
              testing::StartsWith("module \"two words\"\ngraph("));
  ExpectRoundTrip(module);
}

TEST(PrintTest, LongConstantsGoToTheSideFile) {
  Module module;
  const Tensor first = RandomConstant({DType::kS8, {20}}, 1);
  const Tensor second = RandomConstant({DType::kF32, {5, 5}}, 2);
  module.graph->AddOutput(module.graph->AddConstant(first, "a"));
  module.graph->AddOutput(module.graph->AddConstant(second, "b"));
  module.graph->AddOutput(
      module.graph->AddConstant(Tensor::Scalar<int8_t>(1), "c"));
  BlobSink blob{.file = "m.bin"};
  const std::string text = PrintModule(module, {.blob = &blob});
  EXPECT_THAT(text, HasSubstr("%a = const blob(\"m.bin\", 0) : s8[20]"));
  EXPECT_THAT(text, HasSubstr("%b = const blob(\"m.bin\", 20) : f32[5,5]"));
  EXPECT_THAT(text, HasSubstr("%c = const [1] : s8[]"));
  EXPECT_EQ(blob.size, 120);

  const std::string contents = blob.Contents();
  const auto read =
      [&](const std::string& file) -> absl::StatusOr<std::string> {
    EXPECT_EQ(file, "m.bin");
    return contents;
  };
  const absl::StatusOr<Module> again = ParseModule(text, {.read_blob = read});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(DifferenceBetween(module, *again), "");

  EXPECT_EQ(ParseModule(text).status().message(),
            "2:14: there is no file beside this text");
  const auto half = [&](const std::string&) -> absl::StatusOr<std::string> {
    return contents.substr(0, 60);
  };
  EXPECT_EQ(ParseModule(text, {.read_blob = half}).status().message(),
            "3:14: \"m.bin\" ends before the constant does");
}

TEST(PrintTest, ElidedConstantsCannotBeParsed) {
  const Module module = ModuleOf(RandomConstant({DType::kS8, {20}}, 1));
  const std::string text = PrintModule(module, {.elide = true});
  EXPECT_THAT(text, HasSubstr("%c = const ... : s8[20]"));
  EXPECT_FALSE(ParseModule(text).ok());
}

TEST(ParseTest, RandomConstantsPrintAsWritten) {
  constexpr char kText[] =
      "graph() -> (%a, %b) {\n"
      "  %a = const rand(3) : s8[2,40] q(axis=0, rand(4))\n"
      "  %b = const rand(3) : f32[40]\n"
      "  return %a, %b\n"
      "}\n";
  ConstantTexts texts;
  const absl::StatusOr<Module> module = ParseModule(kText, {.texts = &texts});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ(PrintModule(*module, {.texts = &texts}), kText);
  EXPECT_THAT(PrintModule(*module), HasSubstr("hex("));
  ExpectRoundTrip(*module);
}

}  // namespace
}  // namespace tinyc
