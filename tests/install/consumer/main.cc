// SPDX-License-Identifier: Apache-2.0
//
// Uses one function of the compiler, one of ONNX through the frontends and one
// macro of the runtime, so that a missing header, library or flag fails here.

#include <cstdio>

#include "compiler/codegen/embedded_runtime.h"
#include "onnx/onnx_pb.h"
#include "tc_kernel.h"

int main() {
  onnx::ModelProto model;
  model.set_ir_version(onnx::Version::IR_VERSION);
  std::printf("%d files of runtime, ONNX IR version %d\n",
              static_cast<int>(tinyc::EmbeddedRuntimeFiles().size()),
              static_cast<int>(model.ir_version()));
  return tinyc::EmbeddedRuntimeFiles().empty() ? 1 : 0;
}
