// SPDX-License-Identifier: Apache-2.0
//
// The list of kernels as data, for tests that run every row of a family.

#ifndef TINYC_TESTS_KERNELS_ROWS_H_
#define TINYC_TESTS_KERNELS_ROWS_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tinyc {

struct KernelRow {
  std::string symbol;  // tc_conv2d_f32_wide
  std::string family;  // conv2d_f32
  std::string macro;   // TC_UNARY; empty for a kernel with a file of its own
  int weight_block;    // of a kernel with a file
  bool by_rows;        // it promises TC_BY_ROWS
  void (*function)();

  // The kernel as a function of its family's signature.
  template <typename Signature>
  Signature* As() const {
    return reinterpret_cast<Signature*>(function);
  }
};

const std::vector<KernelRow>& AllKernelRows();

// Rows whose family is `prefix`, or begins with `prefix` when that ends in '_'.
std::vector<KernelRow> KernelRows(std::string_view prefix);

// Rows made by `macro`.
std::vector<KernelRow> KernelRowsMadeBy(std::string_view macro);

// Makes gtest print a row as its symbol.
inline void PrintTo(const KernelRow& row, std::ostream* out) {
  *out << row.symbol;
}

// For INSTANTIATE_TEST_SUITE_P: a case is named after its row.
struct RowName {
  template <typename Info>
  std::string operator()(const Info& info) const {
    return info.param.symbol;
  }
};

}  // namespace tinyc

#endif  // TINYC_TESTS_KERNELS_ROWS_H_
