// SPDX-License-Identifier: Apache-2.0
// Types of the textual IR; a part of parse.cc.
#ifndef TINYC_COMPILER_TEXT_PARSE_TYPE_H_
#define TINYC_COMPILER_TEXT_PARSE_TYPE_H_

#include <cstdint>

#include "compiler/base/status.h"
#include "compiler/ir/type.h"
#include "compiler/text/lexer.h"

namespace tinyc {

struct ParsedType {
  TensorType type;
  bool inferred_shape = false;  // written `[?]`
  bool random_scales = false;   // written `rand(seed)`
};
// A type that VerifyType accepts.
absl::StatusOr<ParsedType> ParseType(Lexer& lexer);

// `rand(seed)`; where `zeros` is given also `rand(seed, zeros)`
absl::StatusOr<uint64_t> ParseSeed(Lexer& lexer, int64_t* zeros = nullptr);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_PARSE_TYPE_H_
