// SPDX-License-Identifier: Apache-2.0
// Module => textual IR.  parse.h describes the language.
#ifndef TINYC_COMPILER_TEXT_PRINT_H_
#define TINYC_COMPILER_TEXT_PRINT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/text/constant_text.h"

namespace tinyc {

// The side file of a printed module: the bytes of its long constants.
struct BlobSink {
  std::string file;  // as it is to stand in the text, e.g. "kws.bin"
  std::vector<std::shared_ptr<const Tensor>> tensors = {};
  int64_t size = 0;  // bytes of the tensors together

  std::string Contents() const;
};

struct PrintOptions {
  // Receives the constants that are neither short nor uniform; null: they
  // stand in the text as hex.
  BlobSink* blob = nullptr;
  // Prints `...` for them, for human readers; it cannot be parsed.
  bool elide = false;
  // Constants found here print as they were written.
  const ConstantTexts* texts = nullptr;
};

// The one canonical text of a module, with everything but its notes.
std::string PrintModule(const Module& module, const PrintOptions& options = {});

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_PRINT_H_
