// SPDX-License-Identifier: Apache-2.0
// Sentences about the operators of a quantized model that compute in floats.
#ifndef TINYC_PASSES_FLOAT_NOTES_H_
#define TINYC_PASSES_FLOAT_NOTES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// `softmax stays in float, since it has no integer form: node 12 "a"
// (Softmax)`: one sentence for each operator and reason, with the first few
// nodes.
class FloatNotes {
 public:
  // `reason` completes the sentence after "since".
  void Add(const Node& node, absl::string_view reason);
  std::vector<std::string> Sentences() const;

 private:
  struct Group {
    size_t count = 0;
    std::vector<std::string> nodes;
  };
  std::map<std::pair<std::string, std::string>, Group> groups_;
};

}  // namespace tinyc

#endif  // TINYC_PASSES_FLOAT_NOTES_H_
