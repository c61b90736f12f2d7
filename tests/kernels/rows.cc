// SPDX-License-Identifier: Apache-2.0
//
// See rows.h.

#include "tests/kernels/rows.h"

#include "kernels.h"

namespace tinyc {

const std::vector<KernelRow>& AllKernelRows() {
  static const auto& rows = *new std::vector<KernelRow>{
#define TC_KERNEL_ROW(symbol, family, needs, weight_block, cycles_per_mac, \
                      order)                                               \
  {#symbol,                                                                \
   #family,                                                                \
   "",                                                                     \
   weight_block,                                                           \
   ((order)&TC_BY_ROWS) != 0,                                              \
   reinterpret_cast<void (*)()>(&symbol)},
#define TC_MACRO_ROW(symbol, family, needs, header, macro, ...) \
  {#symbol, #family, #macro, 0, false, reinterpret_cast<void (*)()>(&symbol)},
#include "kernels.inc"
#undef TC_KERNEL_ROW
#undef TC_MACRO_ROW
  };
  return rows;
}

std::vector<KernelRow> KernelRows(std::string_view prefix) {
  std::vector<KernelRow> rows;
  for (const KernelRow& row : AllKernelRows()) {
    const std::string_view family = row.family;
    if (family == prefix ||
        (prefix.ends_with('_') && family.starts_with(prefix))) {
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<KernelRow> KernelRowsMadeBy(std::string_view macro) {
  std::vector<KernelRow> rows;
  for (const KernelRow& row : AllKernelRows()) {
    if (row.macro == macro) rows.push_back(row);
  }
  return rows;
}

}  // namespace tinyc
