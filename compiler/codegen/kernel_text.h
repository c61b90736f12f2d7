// SPDX-License-Identifier: Apache-2.0
// The runtime's text for the kernels that a model calls.
#ifndef TINYC_COMPILER_CODEGEN_KERNEL_TEXT_H_
#define TINYC_COMPILER_CODEGEN_KERNEL_TEXT_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/ir/kernel.h"

namespace tinyc {

struct KernelText {
  std::set<std::string> system_includes;  // "<stdint.h>"
  std::string text;
};

// The runtime's headers `headers` and everything that `kernels` need, once each
// and in an order that compiles, to stand in one file behind the system
// includes.
absl::StatusOr<KernelText> InlineKernels(
    absl::Span<const Kernel* const> kernels,
    absl::Span<const std::string> headers);

// The same as files in the folder kernels/, one per kernel and header, and the
// lines by which a model includes the headers and declares the kernels.
struct KernelFiles {
  std::vector<OutputFile> files;
  std::string declarations;
};
absl::StatusOr<KernelFiles> SplitKernels(
    absl::Span<const Kernel* const> kernels,
    absl::Span<const std::string> headers);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_KERNEL_TEXT_H_
