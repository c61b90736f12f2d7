// SPDX-License-Identifier: Apache-2.0
// What the arena could be instead, and what that would cost.
#ifndef TINYC_TOOLS_DRIVER_REPORT_TRADEOFFS_H_
#define TINYC_TOOLS_DRIVER_REPORT_TRADEOFFS_H_

#include <string>

#include "nlohmann/json.hpp"

namespace tinyc {

// Of a report of report.h with `tradeoffs`: a picture and a table of them, as a
// section of its page; "" when there is nothing to choose.
std::string TradeoffsHtml(const nlohmann::ordered_json& report);

// The streams of the plan, and the tradeoffs, as lines for a terminal.
std::string TradeoffsText(const nlohmann::ordered_json& report);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REPORT_TRADEOFFS_H_
