// SPDX-License-Identifier: Apache-2.0
// Emits a compiled model, and compares it with the reference where asked to.
#ifndef TINYC_TOOLS_DRIVER_EMIT_VERIFIED_H_
#define TINYC_TOOLS_DRIVER_EMIT_VERIFIED_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/data/samples.h"
#include "tools/driver/compile.h"

namespace tinyc {

// The samples of a .npz or .npy file, or as many `random` ones for "".
absl::StatusOr<Samples> SamplesOf(const std::string& file, const Graph& graph,
                                  int64_t random);

// The files of `model`.  With `verify`, a file of samples or "" for random
// ones, they are built, together with `others`, and run first; what that says
// becomes notes on stderr.
absl::StatusOr<std::vector<OutputFile>> EmitVerified(
    const CompiledModel& model, const EmitOptions& options,
    const std::optional<std::string>& verify,
    absl::Span<const OutputFile> others = {});

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_EMIT_VERIFIED_H_
