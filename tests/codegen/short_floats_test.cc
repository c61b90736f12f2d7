// SPDX-License-Identifier: Apache-2.0
//
// Models in floats of 16 bits and fewer, and in packed integers, through the
// default pipeline: every engine gives the same numbers.

#include <string>

#include "gtest/gtest.h"
#include "tests/support/backend.h"

namespace tinyc {
namespace {

std::string Engines(absl::string_view text) {
  const absl::StatusOr<Module> module = RunPasses(text, "default");
  if (!module.ok()) return std::string(module.status().message());
  return DifferenceOfEngines(*module);
}

TEST(ShortFloatsTest, Convolution) {
  for (const char* type : {"f16", "bf16"}) {
    std::string text = R"(
graph(%x: T[1,3,8,8]) -> (%y) {
  %w = const rand(1) : T[4,3,3,3]
  %b = const rand(2) : T[4]
  %1 = conv(%x, %w, %b) {pads=[1,1,1,1]} : T[1,4,8,8]
  %2 = relu(%1) : T[1,4,8,8]
  %3 = max_pool(%2) {kernel=[2,2], strides=[2,2]} : T[1,4,4,4]
  %4 = reshape(%3) {shape=[1,64]} : T[1,64]
  %y = softmax(%4) {axis=1} : T[1,64]
  return %y
}
)";
    for (size_t at; (at = text.find("T[")) != std::string::npos;) {
      text.replace(at, 1, type);
    }
    EXPECT_EQ(Engines(text), "") << type;
  }
}

TEST(ShortFloatsTest, ConversionsAndMovement) {
  EXPECT_EQ(Engines(R"(
graph(%x: f32[3,5]) -> (%a, %b, %c, %d) {
  %1 = cast(%x) {to=f8e4m3fn}
  %2 = transpose(%1) {perm=[1,0]}
  %a = cast(%2) {to=f16}
  %3 = cast(%x) {to=f4e2m1}
  %b = transpose(%3) {perm=[1,0]}
  %4 = cast(%x) {to=s32}
  %5 = cast(%4) {to=s4}
  %c = transpose(%5) {perm=[1,0]}
  %d = cast(%5) {to=bf16}
  return %a, %b, %c, %d
}
)"),
            "");
}

}  // namespace
}  // namespace tinyc
