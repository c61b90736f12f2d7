// SPDX-License-Identifier: Apache-2.0
// All kernels in one file, as a model may need them: their names differ.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"
#include "tools/driver/process.h"

namespace tinyc {
namespace {

TEST(OneUnitTest, NamesOfKernelsDiffer) {
  const std::filesystem::path runtime = std::filesystem::absolute("runtime");
  std::vector<std::string> sources;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(runtime / "kernels")) {
    if (entry.path().extension() == ".c" &&
        entry.path().filename() != "macro_rows.c") {
      sources.push_back(entry.path().string());
    }
  }
  std::sort(sources.begin(), sources.end());
  ASSERT_GT(sources.size(), 40u);
  std::string text = "#define TC_MODEL\n";
  for (const std::string& source : sources) {
    absl::StrAppend(&text, "#include \"", source, "\"\n");
  }
  const TempDir dir;
  const absl::StatusOr<ProcessEnd> end =
      RunProcess({"cc", "-std=c99", "-fsyntax-only", "-Wall", "-Wextra",
                  "-Werror", absl::StrCat("-I", (runtime / "include").string()),
                  absl::StrCat("-I", (runtime / "kernels").string()),
                  dir.Write("all.c", text)},
                 dir.path() + "/log");
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->exit_code, 0) << end->text;
}

}  // namespace
}  // namespace tinyc
