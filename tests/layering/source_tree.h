// SPDX-License-Identifier: Apache-2.0
//
// The files of the checkout, as text, for tests about the tree itself.

#ifndef TINYC_TESTS_LAYERING_SOURCE_TREE_H_
#define TINYC_TESTS_LAYERING_SOURCE_TREE_H_

#include <map>
#include <string>

namespace tinyc {

// Path from the root, with '/' -> content.
using SourceTree = std::map<std::string, std::string>;

// What git tracks, or would after `git add`.  Empty when the sources are not a
// git checkout, or git is missing.
SourceTree ReadCheckout();

}  // namespace tinyc

#endif  // TINYC_TESTS_LAYERING_SOURCE_TREE_H_
