// SPDX-License-Identifier: Apache-2.0

#include "compiler/base/nearest.h"

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(NearestTest, FindsMisspeltNames) {
  EXPECT_EQ(DidYouMean("cnv", {"pool", "conv"}), "; did you mean conv?");
  EXPECT_EQ(DidYouMean("fold-batchnorm", {"fold-pad", "fold-batch-norm"}),
            "; did you mean fold-batch-norm?");
}

TEST(NearestTest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(DidYouMean("reshape", {"pool", "conv"}), "");
  EXPECT_EQ(DidYouMean("x", {"y"}), "");
  EXPECT_EQ(DidYouMean("conv", {}), "");
}

}  // namespace
}  // namespace tinyc
