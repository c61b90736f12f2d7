// SPDX-License-Identifier: Apache-2.0
//
// Structural equality of modules, independent of the printer.

#ifndef TINYC_TESTS_SUPPORT_SAME_MODULE_H_
#define TINYC_TESTS_SUPPORT_SAME_MODULE_H_

#include <string>

#include "compiler/ir/module.h"

namespace tinyc {

// "" when both modules have the same nodes, values, constants, names, origins,
// kernels and places in the same order; else the first difference.  Notes are
// not compared, nor trailing absent operands.
std::string DifferenceBetween(const Module& a, const Module& b);

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_SAME_MODULE_H_
