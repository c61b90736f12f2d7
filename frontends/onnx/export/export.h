// SPDX-License-Identifier: Apache-2.0
// A Module at stage kGraph => an ONNX model of operator set 21.
//
// What is stored as integers is written in ONNX's form for it: operators on
// real numbers between DequantizeLinear and QuantizeLinear.
#ifndef TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_H_
#define TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_H_

#include <string>

#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// The bytes of an .onnx file, which ONNX's checker and shape inference accept.
// Inputs, outputs and values keep their names.
//
// Unimplemented, with a line for every node that ONNX has no form for and one
// for all operators that are not exported.
absl::StatusOr<std::string> ExportOnnx(const Module& module);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_H_
