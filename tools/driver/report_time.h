// SPDX-License-Identifier: Apache-2.0
// How long a model takes, layer by layer: estimates.
#ifndef TINYC_TOOLS_DRIVER_REPORT_TIME_H_
#define TINYC_TOOLS_DRIVER_REPORT_TIME_H_

#include <string>

#include "compiler/ir/module.h"
#include "nlohmann/json.hpp"

namespace tinyc {

// Adds to `report` of `module`, by compiler/targets/costs.h and only where the
// kernels of some layer are there:
//   layers[]  instructions_estimate, null where one of its kernels is not there
//             or what runs depends on data; on a target whose cycles are known
//             also cycles_estimate, and with a clock in MHz, not 0,
//             milliseconds_estimate
//   the same of the model: the sums over the layers that have it
//   layers_without_estimate
void AddTime(const Module& module, double clock_mhz,
             nlohmann::ordered_json* report);

// That in words; nothing without estimates.
std::string TimeText(const nlohmann::ordered_json& report);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REPORT_TIME_H_
