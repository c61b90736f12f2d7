// SPDX-License-Identifier: Apache-2.0
// The part of a self-test that is the same for all models.
#ifndef TINYC_COMPILER_CODEGEN_SELFTEST_TEXT_H_
#define TINYC_COMPILER_CODEGEN_SELFTEST_TEXT_H_

#include <cstdint>
#include <string>

namespace tinyc {

struct SelfTestParts {
  bool floats = false;   // some rows compare sums of floats
  bool outputs = false;  // there is a table of outputs
};

// Element n counts negative when the top bit of n * kSignHash is set.
inline constexpr uint32_t kSignHash = 2654435761u;

// The file with @NAMES@ where the model's own text goes.
std::string SelfTestText(const SelfTestParts& parts);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_SELFTEST_TEXT_H_
