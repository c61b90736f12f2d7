// SPDX-License-Identifier: Apache-2.0
//
// Whether two graphs compute the same, by the interpreter.

#ifndef TINYC_TESTS_SUPPORT_SAME_RESULTS_H_
#define TINYC_TESTS_SUPPORT_SAME_RESULTS_H_

#include <string>

#include "compiler/ir/graph.h"
#include "passes/pass.h"

namespace tinyc {

// Runs a graph and what a pass made of it on the same random bytes.  "" or the
// first difference: of a bit when the pass is exact; else of 1e-4 of a float's
// size, or of more than one in an integer.  The scales of inputs and outputs
// may differ, what they store may not.
std::string DifferenceOfResults(const Graph& before, const Graph& after,
                                Numbers numbers);

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_SAME_RESULTS_H_
