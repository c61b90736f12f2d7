// SPDX-License-Identifier: Apache-2.0
// What an elementwise kernel row computes from single elements, as a C
// expression.
#ifndef TINYC_COMPILER_LOWERING_ROW_EXPRESSION_H_
#define TINYC_COMPILER_LOWERING_ROW_EXPRESSION_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "compiler/ir/kernel.h"

namespace tinyc {

// A C variable.
struct TypedName {
  std::string type;  // "float"
  std::string name;
};

// Whether the row is an instantiation of a macro of which the expression is
// known: TC_UNARY, TC_ACTIVATION, TC_BINARY, TC_CLIP, TC_CAST_TRUNC, TC_WHERE.
bool HasExpression(const Kernel& row);

// The expression for operands in these variables, as a number of the C type
// `result`; the parameters that the row would find in `quant` are literals.
std::string RowExpression(const Kernel& row, const Block& quant,
                          absl::Span<const TypedName> operands,
                          absl::string_view result);

// Runs the row in process on `n` elements: operands, then the result.
void RunRow(const Kernel& row, int32_t n, const Block& quant,
            absl::Span<void* const> pointers);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_ROW_EXPRESSION_H_
