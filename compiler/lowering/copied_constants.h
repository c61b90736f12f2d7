// SPDX-License-Identifier: Apache-2.0
// Which constants are worth copying out of flash.
//
// Flash behind wait states is slower than memory beside the core.  What a byte
// of a constant is worth there is how often an inference reads it: the weights
// of a convolution once per pixel, those of a dense layer once.
#ifndef TINYC_COMPILER_LOWERING_COPIED_CONSTANTS_H_
#define TINYC_COMPILER_LOWERING_COPIED_CONSTANTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/module.h"

namespace tinyc {

// What goes into one memory.
struct CopiedConstants {
  std::string memory;
  int64_t bytes = 0;  // with what keeps each aligned
  std::vector<std::shared_ptr<const Tensor>> tensors = {};

  // Whether a constant of the same type with the same bytes is there.
  bool Has(const Tensor& tensor) const;
};

// Per memory of the plan's `constant_memories`, the constants of the model and
// of its bodies, each in the first memory with room; those with most reads per
// byte choose first.  Constants without bytes are nowhere.
std::vector<CopiedConstants> CopiedConstantsOf(const Module& module);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_COPIED_CONSTANTS_H_
