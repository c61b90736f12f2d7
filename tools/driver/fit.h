// SPDX-License-Identifier: Apache-2.0
// Whether a compiled model fits the memory of a part, and what to do when it
// does not.
//
// RAM is the arena; the stack and buffers of the caller come on top.  Flash is
// weights and the estimate of the code (report.h).
//
// The JSON has `ram` and `flash`, for those that a limit was given for:
//   limit, bytes
//   missing    bytes beyond the limit; 0: it fits
//   stack_bytes_estimate, caller_bytes  of RAM: the stack, and inputs and
//              outputs, which are not in `bytes`
//   largest[]  what takes most bytes, at most kLargestParts: name, layer,
//   bytes.
//              Of RAM: what is live at the report's peak_step; what lies in the
//              bytes of another one counts once.  Of flash: the weights of
//              layers, and the code.
//   options[]  of the command line that are not used and would help: option,
//              effect
#ifndef TINYC_TOOLS_DRIVER_FIT_H_
#define TINYC_TOOLS_DRIVER_FIT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "nlohmann/json.hpp"
#include "tools/driver/compile.h"

namespace tinyc {

inline constexpr size_t kLargestParts = 5;

// Of `models`, compiled with `options`, whose report is `report`: that of the
// only one, or MergedReport of all.
nlohmann::ordered_json FitJson(absl::Span<const CompiledModel* const> models,
                               const CompileOptions& options,
                               const nlohmann::ordered_json& report);

// One report for the fit of models that share an arena: the arena of the one
// that has the largest, and the weights, code, inputs and outputs of all.
nlohmann::ordered_json MergedReport(
    absl::Span<const nlohmann::ordered_json> reports);

// Ok when it fits; else a sentence for each memory that is too small.
absl::Status FitStatus(const nlohmann::ordered_json& fit);

// "RAM 16,000 of 65,536 bytes, flash about 60,312 of 262,144 bytes"
std::string FitLine(const nlohmann::ordered_json& fit);

// For each memory that is too small what fills it and which options would help,
// as lines for a terminal and as a section of a page; "" when all fits.
std::string FitText(const nlohmann::ordered_json& fit);
std::string FitHtml(const nlohmann::ordered_json& fit);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_FIT_H_
