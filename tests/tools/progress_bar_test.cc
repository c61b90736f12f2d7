// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/progress_bar.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/base/progress.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

using testing::ElementsAre;

TEST(ProgressBarTest, FillsFromLeftToRight) {
  EXPECT_EQ(ProgressBar("calibrate", 0, 8),
            "calibrate         [--------------------]   0 %");
  EXPECT_EQ(ProgressBar("calibrate", 2, 8),
            "calibrate         [#####---------------]  25 %");
  EXPECT_EQ(ProgressBar("fit-weights", 3, 3),
            "fit-weights       [####################] 100 %");
}

TEST(ProgressTest, TellsEveryPartAndTheEnd) {
  std::vector<std::string> told;
  Progress::SetWatcher([&](absl::string_view what, size_t done, size_t count) {
    told.push_back(absl::StrCat(what, " ", done, "/", count));
  });
  {
    Progress whole("whole", 2);
    whole.Add();
    whole.Add();
  }
  { Progress cut_short("cut short", 9); }
  Progress::SetWatcher(nullptr);
  Progress("unwatched", 1).Add();
  EXPECT_THAT(told, ElementsAre("whole 0/2", "whole 1/2", "whole 2/2",
                                "cut short 0/9", "cut short 9/9"));
}

}  // namespace
}  // namespace tinyc
