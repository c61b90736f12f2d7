// SPDX-License-Identifier: Apache-2.0
// The arena over time, as a picture: what lies where, from when to when.
//
//   bytes                one rectangle for each entry of the report's
//   tensors[],
//     ^  [  a    ]       scratch buffers included; dashed: the step with most
//     |  [b][    c   ]   live bytes, and the least that any plan could take
//     +-------------> steps
#ifndef TINYC_TOOLS_DRIVER_REPORT_ARENA_H_
#define TINYC_TOOLS_DRIVER_REPORT_ARENA_H_

#include <string>

#include "nlohmann/json.hpp"

namespace tinyc {

// Of a report of report.h, as a section of its page.
std::string ArenaHtml(const nlohmann::ordered_json& report);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REPORT_ARENA_H_
