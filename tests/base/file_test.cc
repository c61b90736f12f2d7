// SPDX-License-Identifier: Apache-2.0

#include "compiler/base/file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tinyc {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class FileTest : public testing::Test {
 protected:
  FileTest() {
    const testing::TestInfo& test =
        *testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / test.name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  fs::path folder_;
};

TEST_F(FileTest, ReadsWhatItWrites) {
  const std::string contents("a\0b\n\xff", 5);
  ASSERT_TRUE(WriteFiles({{Path("a"), contents}, {Path("b"), ""}}).ok());
  EXPECT_EQ(*ReadFile(Path("a")), contents);
  EXPECT_EQ(*ReadFile(Path("b")), "");
  EXPECT_THAT(Names(), UnorderedElementsAre("a", "b"));
}

TEST_F(FileTest, Replaces) {
  ASSERT_TRUE(WriteFiles({{Path("a"), "a long text"}}).ok());
  ASSERT_TRUE(WriteFiles({{Path("a"), "short"}}).ok());
  EXPECT_EQ(*ReadFile(Path("a")), "short");
}

TEST_F(FileTest, WritesThroughLinks) {
  fs::create_directory(folder_ / "elsewhere");
  fs::create_symlink("elsewhere/a", folder_ / "link");
  ASSERT_TRUE(WriteFiles({{Path("link"), "text"}}).ok());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(*ReadFile(Path("elsewhere/a")), "text");
}

TEST_F(FileTest, WritesNothingWhenOneFileFails) {
  const absl::Status status =
      WriteFiles({{Path("a"), "text"}, {Path("missing/b"), "text"}});
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("missing/b: No such file or directory"));
  EXPECT_THAT(Names(), testing::IsEmpty());
}

TEST_F(FileTest, WritesNothingWhenTheLastStepFails) {
  fs::create_directories(folder_ / "taken" / "inside");
  const absl::Status status =
      WriteFiles({{Path("a"), "text"}, {Path("taken"), "text"}});
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(Names(), UnorderedElementsAre("taken"));
}

TEST_F(FileTest, WritesDevicesInPlace) {
  ASSERT_TRUE(WriteFiles({{"/dev/null", "text"}}).ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_FALSE(WriteFiles({{"/dev/full", "text"}}).ok());
}

TEST_F(FileTest, SaysWhatItCannotRead) {
  EXPECT_EQ(ReadFile(Path("none")).status().message(),
            "cannot read " + Path("none") + ": No such file or directory");
  EXPECT_EQ(ReadFile(folder_).status().message(),
            "cannot read " + folder_.string() + ": it is a folder");
}

}  // namespace
}  // namespace tinyc
