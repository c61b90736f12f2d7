// SPDX-License-Identifier: Apache-2.0
//
// Facts about the list of kernels as a whole.

#include "tests/kernels/rows.h"

#include <filesystem>
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

// The other tests of this folder run all rows of these macros, and of the
// families of kernels with files.
TEST(KernelListTest, EveryRowIsTested) {
  const std::set<std::string> macros = {
      "TC_AVG_POOL2D",
      "TC_AVG_POOL2D_QUANT",
      "TC_BINARY",
      "TC_BINARY_QUANT",
      "TC_CAST_TRUNC",
      "TC_CLIP",
      "TC_COPY",
      "TC_DEQUANTIZE",
      "TC_FILL",
      "TC_LUT",
      "TC_MAX_POOL2D",
      "TC_PAD",
      "TC_QUANTIZE",
      "TC_REDUCE",
      "TC_REDUCE_MEAN_QUANT",
      "TC_REQUANTIZE",
      "TC_UNARY",
  };
  const std::set<std::string> operators = {
      "conv2d", "dense", "depthwise2d", "log_softmax", "matmul", "softmax"};
  for (const KernelRow& row : AllKernelRows()) {
    if (row.macro.empty()) {
      const std::string op = row.family.substr(0, row.family.rfind('_'));
      EXPECT_TRUE(operators.contains(op)) << row.family;
    } else {
      EXPECT_TRUE(macros.contains(row.macro)) << row.macro;
    }
  }
}

}  // namespace
}  // namespace tinyc
