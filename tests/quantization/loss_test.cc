// SPDX-License-Identifier: Apache-2.0
#include "passes/quantization/loss.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(LossLimitTest, IsASignalToNoiseOrAShareOfWinners) {
  const absl::StatusOr<LossLimit> decibels = ParseLossLimit("20dB");
  ASSERT_TRUE(decibels.ok()) << decibels.status();
  EXPECT_TRUE(decibels->Allows({.noise = 0.0099, .disagreement = 0.9}));
  EXPECT_FALSE(decibels->Allows({.noise = 0.0101, .disagreement = 0}));
  const absl::StatusOr<LossLimit> share = ParseLossLimit("2.5%");
  ASSERT_TRUE(share.ok()) << share.status();
  EXPECT_TRUE(share->Allows({.noise = 0.5, .disagreement = 0.025}));
  EXPECT_FALSE(share->Allows({.noise = 0, .disagreement = 0.03}));
}

TEST(LossLimitTest, RefusesOtherTexts) {
  for (const char* text :
       {"", "30", "dB", "%", "-1%", "101%", "nandB", "1 percent", "30db"}) {
    EXPECT_EQ(ParseLossLimit(text).status().message(),
              absl::StrCat("the greatest loss is a signal to noise (30dB) or a "
                           "share of other winners (1%), not \"",
                           text, "\""));
  }
}

TEST(LossTest, IsText) {
  EXPECT_EQ(LossText({.noise = 0.001}), "30.0 dB");
  EXPECT_EQ(LossText({.noise = 0.01, .disagreement = 0.015}),
            "20.0 dB, 98.5 % of the winners kept");
}

}  // namespace
}  // namespace tinyc
