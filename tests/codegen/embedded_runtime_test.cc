// SPDX-License-Identifier: Apache-2.0
//
// The text carried in the compiler is the text on disk.

#include "compiler/codegen/embedded_runtime.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(EmbeddedRuntimeTest, IsTheTextOfTheFiles) {
  std::map<std::string, std::string> expected;
  for (const char* folder : {"runtime/include", "runtime/kernels"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".c" && extension != ".inc") {
        continue;
      }
      std::ifstream file(entry.path(), std::ios::binary);
      expected[entry.path().lexically_relative("runtime").string()] = {
          std::istreambuf_iterator<char>(file), {}};
    }
  }
  ASSERT_FALSE(expected.empty());

  std::map<std::string, std::string> embedded;
  for (const EmbeddedFile& file : EmbeddedRuntimeFiles()) {
    embedded[std::string(file.path)] = std::string(file.text);
  }
  EXPECT_EQ(embedded, expected);
}

TEST(EmbeddedRuntimeTest, IsSortedByPath) {
  for (size_t i = 1; i < EmbeddedRuntimeFiles().size(); ++i) {
    EXPECT_LT(EmbeddedRuntimeFiles()[i - 1].path,
              EmbeddedRuntimeFiles()[i].path);
  }
}

}  // namespace
}  // namespace tinyc
