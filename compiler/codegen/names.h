// SPDX-License-Identifier: Apache-2.0
// Names and comments in emitted C.
#ifndef TINYC_COMPILER_CODEGEN_NAMES_H_
#define TINYC_COMPILER_CODEGEN_NAMES_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// Identifiers of one scope, each given out once.
class CNames {
 public:
  // `wanted` made an identifier, with a number behind it when it is taken.
  std::string Unique(absl::string_view wanted);
  void Reserve(absl::string_view name) { taken_.insert(std::string(name)); }
  bool Has(absl::string_view name) const { return taken_.contains(name); }

 private:
  absl::flat_hash_set<std::string> taken_;
};

// `name` made an identifier that C leaves to programs at file scope: it does
// not begin with an underscore.  At most 40 characters.
std::string FileScopeName(absl::string_view name);

// The prefix of a model's exported names; not `tc`, which is the runtime's.
std::string LegalPrefix(absl::string_view prefix);

// After the ONNX node that a reader knows: its name, else the result's.
std::string NodeStem(const Node& node);

// `text` as it may stand in a comment: printable ASCII, no end of comment, no
// trigraph, no line splice.
std::string CommentText(absl::string_view text);

// `text` as a C string literal with its quotes.
std::string StringLiteral(absl::string_view text);

// `"layer1/conv", "relu"`: the ONNX nodes that `node` stands for, without the
// quantizations around them; empty when it stands for none.
std::string OriginNames(const Node& node);

}  // namespace tinyc

#endif  // TINYC_COMPILER_CODEGEN_NAMES_H_
