// SPDX-License-Identifier: Apache-2.0
//
// The rules that every file of the project keeps, whatever it is about.

#ifndef TINYC_TESTS_LAYERING_HOUSE_RULES_H_
#define TINYC_TESTS_LAYERING_HOUSE_RULES_H_

#include <string>
#include <vector>

#include "tests/layering/source_tree.h"

namespace tinyc {

// One sentence, `path:line: what is wrong`, for every breach of these:
//   - sources and scripts carry an SPDX line in their first three lines
//   - C++ headers guard with their path, TINYC_<PATH>_H_
//   - no tabs (but in a Makefile), no trailing blanks, a newline at the end
//   - no absolute path of the machine that the file was written on
// Binary files are passed over.
std::vector<std::string> FindHouseRuleErrors(const SourceTree& tree);

}  // namespace tinyc

#endif  // TINYC_TESTS_LAYERING_HOUSE_RULES_H_
