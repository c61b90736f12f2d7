// SPDX-License-Identifier: Apache-2.0
//
// What is left of a module that was written as ONNX and read again.

#ifndef TINYC_TESTS_SUPPORT_EXPORTED_H_
#define TINYC_TESTS_SUPPORT_EXPORTED_H_

#include <string>

#include "compiler/ir/module.h"
#include "passes/pass.h"

namespace tinyc {

// Whether `module` becomes ONNX.
bool IsExported(const Module& module);

// "" or the first difference between the results of `module` and of what is
// read from the ONNX that it becomes, as DifferenceOfResults says it; or why
// one of the two ways failed.
std::string DifferenceOfExport(const Module& module, Numbers numbers);

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_EXPORTED_H_
