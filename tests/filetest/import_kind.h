// SPDX-License-Identifier: Apache-2.0
//
// The kind `import` of file tests: the module that an ONNX model, written in
// ONNX's own textual form, becomes.
//
//   // test import --dim=N=4 --shape=x=2x3
//   g (float[N,3] x) => (float[N,3] y) { y = Relu(x) }
//   // =>
//   graph(%x: f32[4,3]) -> (%y) { ... }
//
// A module that can be written as ONNX must compute the same when it is read
// from there.  A model that does not begin with its versions has those of
// kVersions.

#ifndef TINYC_TESTS_FILETEST_IMPORT_KIND_H_
#define TINYC_TESTS_FILETEST_IMPORT_KIND_H_

#include "tests/filetest/filetest.h"

namespace tinyc {

CaseOutcome RunImport(const FileCase& test);

}  // namespace tinyc

#endif  // TINYC_TESTS_FILETEST_IMPORT_KIND_H_
