// SPDX-License-Identifier: Apache-2.0
//
// The runtime's own text, carried inside the compiler, so that tinyc needs no
// files beside it to emit a model.  The build writes the definition
// (cmake/embed.cmake).

#ifndef TINYC_COMPILER_CODEGEN_EMBEDDED_RUNTIME_H_
#define TINYC_COMPILER_CODEGEN_EMBEDDED_RUNTIME_H_

#include <string_view>

#include "absl/types/span.h"

namespace tinyc {

struct EmbeddedFile {
  std::string_view path;  // from runtime/: "kernels/conv2d/conv2d_f32.c"
  std::string_view text;  // byte for byte
};

// Every .h, .c and .inc file of runtime/include and runtime/kernels, sorted by
// path.
absl::Span<const EmbeddedFile> EmbeddedRuntimeFiles();

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_EMBEDDED_RUNTIME_H_
