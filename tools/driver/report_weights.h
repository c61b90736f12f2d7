// SPDX-License-Identifier: Apache-2.0
// How the layers of a model store their 8-bit weights, and how they could.
#ifndef TINYC_TOOLS_DRIVER_REPORT_WEIGHTS_H_
#define TINYC_TOOLS_DRIVER_REPORT_WEIGHTS_H_

#include <string>
#include <vector>

#include "compiler/ir/module.h"
#include "nlohmann/json.hpp"

namespace tinyc {

// Of a node with the kernel calls `calls`, when its weights could be
// compressed; else null:
//   form         "dense", a byte for each weight, or the format of
//                runtime/include/tc_compressed.h
//   zeros        the share of weights that are zero
//   bytes        of the weights, biases and multipliers not counted
//   dense_bytes  what they would take in the form "dense"
//   others[]     the other formats that can hold them: form, bytes, time
//                (estimated, relative to "dense")
nlohmann::ordered_json WeightsJson(const Node& node,
                                   const std::vector<LoweredCall>& calls,
                                   const Target* target);

// The same for readers: "skip, 80 % zeros, dense 4096 B".
std::string WeightsText(const nlohmann::ordered_json& weights);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REPORT_WEIGHTS_H_
