// SPDX-License-Identifier: Apache-2.0
//
// The kind `export` of file tests: the ONNX model that a module becomes, in
// ONNX's own textual form.
//
//   // test export
//   graph(%x: f32[4]) -> (%y) { ... }
//   // =>
//   g (float[4] x) => (float[4] y) { y = Relu (x) }

#ifndef TINYC_TESTS_FILETEST_EXPORT_KIND_H_
#define TINYC_TESTS_FILETEST_EXPORT_KIND_H_

#include "tests/filetest/filetest.h"

namespace tinyc {

CaseOutcome RunExport(const FileCase& test);

}  // namespace tinyc

#endif  // TINYC_TESTS_FILETEST_EXPORT_KIND_H_
