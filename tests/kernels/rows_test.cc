// SPDX-License-Identifier: Apache-2.0
//
// Facts about the list of kernels as a whole.

#include "tests/kernels/rows.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tinyc {
namespace {

TEST(KernelListTest, SymbolsAreUniqueAndNamedAfterTheirFamily) {
  std::set<std::string> seen;
  for (const KernelRow& row : AllKernelRows()) {
    EXPECT_TRUE(seen.insert(row.symbol).second) << row.symbol;
    EXPECT_TRUE(row.symbol.starts_with("tc_" + row.family)) << row.symbol;
  }
}

TEST(KernelListTest, EveryFamilyHasAPortableRow) {
  std::set<std::string> portable;
  for (const KernelRow& row : AllKernelRows()) {
    if (row.symbol == "tc_" + row.family) portable.insert(row.family);
  }
  for (const KernelRow& row : AllKernelRows()) {
    EXPECT_TRUE(portable.contains(row.family)) << row.family;
  }
}

TEST(KernelListTest, FilesAndRowsAreTheSame) {
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("runtime/kernels")) {
    if (entry.path().extension() == ".c") {
      files.insert("tc_" + entry.path().stem().string());
    }
  }
  files.erase("tc_macro_rows");
  std::set<std::string> rows;
  for (const KernelRow& row : AllKernelRows()) {
    if (row.macro.empty()) rows.insert(row.symbol);
  }
  EXPECT_EQ(files, rows);
}

// The text of this folder's other tests.
std::string TestSources() {
  std::string text;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/kernels")) {
    if (entry.path().filename() == "rows_test.cc") continue;
    std::ifstream file(entry.path());
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  return text;
}

// A test takes its rows by the name of their macro, or by the operator when
// they have files of their own.
TEST(KernelListTest, EveryRowIsTested) {
  const std::string tests = TestSources();
  for (const KernelRow& row : AllKernelRows()) {
    const std::string name =
        row.macro.empty() ? row.family.substr(0, row.family.rfind('_') + 1)
                          : row.macro + "\"";
    EXPECT_NE(tests.find("\"" + name), std::string::npos) << row.symbol;
  }
}

}  // namespace
}  // namespace tinyc
