// SPDX-License-Identifier: Apache-2.0
#include "passes/float_notes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tinyc {
namespace {

// Nodes that a note names.
constexpr size_t kMostNodes = 4;

}  // namespace

void FloatNotes::Add(const Node& node, absl::string_view reason) {
  Group& group = groups_[{std::string(node.op().name()), std::string(reason)}];
  if (group.count++ < kMostNodes) {
    group.nodes.push_back(node.loc().Describe());
  }
}

std::vector<std::string> FloatNotes::Sentences() const {
  std::vector<std::string> notes;
  for (const auto& [key, group] : groups_) {
    std::string note =
        absl::StrCat(key.first, " stays in float, since ", key.second, ": ",
                     absl::StrJoin(group.nodes, ", "));
    if (group.count > group.nodes.size()) {
      absl::StrAppend(&note, " and ", group.count - group.nodes.size(),
                      " more");
    }
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace tinyc
