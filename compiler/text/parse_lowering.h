// SPDX-License-Identifier: Apache-2.0
// What a lowered and a planned module say beside the graph; a part of parse.cc.
#ifndef TINYC_COMPILER_TEXT_PARSE_LOWERING_H_
#define TINYC_COMPILER_TEXT_PARSE_LOWERING_H_

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "compiler/text/lexer.h"

namespace tinyc {

// `arena(bytes, bound=bytes[, optimal])`
absl::Status ParseArena(Lexer& lexer, MemoryPlan* plan);

// Each reads its part of a statement if it is there, for a module whose header
// has been read.
//   using tc_conv2d_s8, _ unpacked
absl::Status ParseKernels(Lexer& lexer, const Node& node, Module* module);
//   at arena+16, _
absl::Status ParsePlaces(Lexer& lexer, absl::Span<Value* const> values,
                         Module* module);
//   scratch arena+512
absl::Status ParseScratch(Lexer& lexer, const Node& node, Module* module);
//   stream(0, up, strips=2, seam=1), numbered by their first nodes
absl::Status ParseStream(Lexer& lexer, const Node& node, Module* module);

}  // namespace tinyc

#endif  // TINYC_COMPILER_TEXT_PARSE_LOWERING_H_
