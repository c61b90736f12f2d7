// SPDX-License-Identifier: Apache-2.0
//
// Which folder may include which: the project's dependencies as one table.

#ifndef TINYC_TESTS_LAYERING_LAYERS_H_
#define TINYC_TESTS_LAYERING_LAYERS_H_

#include <string>
#include <vector>

#include "tests/layering/source_tree.h"

namespace tinyc {

// One sentence for every `#include "..."` of `tree` that goes upward or
// sideways, and for every folder of sources that the table does not name;
// empty when all is well.
std::vector<std::string> FindLayeringErrors(const SourceTree& tree);

}  // namespace tinyc

#endif  // TINYC_TESTS_LAYERING_LAYERS_H_
