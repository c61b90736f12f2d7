// SPDX-License-Identifier: Apache-2.0
// What there is to choose from, as text for users.
#ifndef TINYC_TOOLS_DRIVER_LISTS_H_
#define TINYC_TOOLS_DRIVER_LISTS_H_

#include <string>

namespace tinyc {

std::string ListPasses();   // a table for the terminal, presets included
std::string ListTargets();  // a table for the terminal
std::string ListOps();      // Markdown: docs/ops.md
// A line per operator of ONNX: its name, the versions of its schema that are
// imported, how.  docs/operators.md is made from it.
std::string ListOnnx();

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_LISTS_H_
