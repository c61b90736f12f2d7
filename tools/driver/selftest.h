// SPDX-License-Identifier: Apache-2.0
// A self-test for a compiled model.
#ifndef TINYC_TOOLS_DRIVER_SELFTEST_H_
#define TINYC_TOOLS_DRIVER_SELFTEST_H_

#include <string>

#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "tools/driver/compile.h"

namespace tinyc {

// <stem>_selftest.c, with what the reference makes of the first sample of
// `file`, or of random numbers where that is "".
absl::StatusOr<OutputFile> MakeSelfTest(const CompiledModel& model,
                                        const EmitOptions& options,
                                        const std::string& file);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_SELFTEST_H_
