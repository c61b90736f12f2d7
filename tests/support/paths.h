// SPDX-License-Identifier: Apache-2.0
//
// Where a test finds things.  Tests run in the root of the checkout, so that
// sources have their plain names ("tests/ir/conv2d.tir").

#ifndef TINYC_TESTS_SUPPORT_PATHS_H_
#define TINYC_TESTS_SUPPORT_PATHS_H_

#include <string>

namespace tinyc {

// The path of a program of this build: Program("tinyc-opt").
std::string Program(const std::string& name);

// The path of a file in the folder of models and data that may lie beside the
// checkout, or "" when it is not there: the test then says "skipped".
std::string SharedFile(const std::string& name);

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_PATHS_H_
