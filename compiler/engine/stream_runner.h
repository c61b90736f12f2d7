// SPDX-License-Identifier: Apache-2.0
// Runs the layers of a stream in turns, by the kernels compiled for the host.
#ifndef TINYC_COMPILER_ENGINE_STREAM_RUNNER_H_
#define TINYC_COMPILER_ENGINE_STREAM_RUNNER_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// One call; `args` are the pointers of the C function.
void RunKernel(const Kernel& kernel, const Block& shape, const Block& quant,
               const std::vector<void*>& args);

// The pointers for a call of a node as a whole; of a value that has a window,
// to the start of the window.
using ArgsOfCall = absl::FunctionRef<absl::StatusOr<std::vector<void*>>(
    const Node& node, const LoweredCall& lowered)>;

// Runs `stream` of the planned `module`.
absl::Status RunStream(const Module& module, const Stream& stream,
                       ArgsOfCall args_of);

}  // namespace tinyc

#endif  // TINYC_COMPILER_ENGINE_STREAM_RUNNER_H_
