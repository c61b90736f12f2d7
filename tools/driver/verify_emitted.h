// SPDX-License-Identifier: Apache-2.0
// Compares emitted C with the reference, value by value.
#ifndef TINYC_TOOLS_DRIVER_VERIFY_EMITTED_H_
#define TINYC_TOOLS_DRIVER_VERIFY_EMITTED_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "tools/driver/compile.h"

namespace tinyc {

// Builds `files`, emitted from `model` under `prefix`, with the host's compiler
// and runs them and the reference on `samples`, [sample][input].  Integers
// agree to the bit, floats within Tolerance of compare.h.  Where the model is
// not quantized, neither by itself nor by a pass, the reference agrees likewise
// with the model as it was imported.  Returns a line on each of the two.
//
// The error names the first output value that differs, and the first node whose
// kernels differ from the reference where there is one.
absl::StatusOr<std::string> VerifyEmitted(
    const CompiledModel& model, absl::Span<const OutputFile> files,
    const std::string& prefix, absl::Span<const std::vector<Tensor>> samples);

// One line per problem: where the kernels of `model`, run in process, first
// differ from the reference on this sample; "" when they agree everywhere.
absl::StatusOr<std::string> FirstDifferentNode(const CompiledModel& model,
                                               absl::Span<const Tensor> sample);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_VERIFY_EMITTED_H_
