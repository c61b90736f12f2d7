// SPDX-License-Identifier: Apache-2.0
// What the code is compiled for: plain data, one row each in
// compiler/targets/targets.cc.
#ifndef TINYC_COMPILER_IR_TARGET_H_
#define TINYC_COMPILER_IR_TARGET_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace tinyc {

struct Target {
  absl::string_view name;         // "cortex-m4"
  uint32_t caps = 0;              // TC_CAP_* bits of tc_kernel.h
  int64_t align = 4;              // bytes, of every tensor in the arena
  absl::string_view description;  // one line for --list-targets
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_TARGET_H_
