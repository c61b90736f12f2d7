// SPDX-License-Identifier: Apache-2.0
//
// See house_rules.h.

#include "tests/layering/house_rules.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tinyc {
namespace {

bool NeedsLicence(absl::string_view path) {
  for (const char* end :
       {".h", ".c", ".cc", ".inc", ".def", ".py", ".sh", ".cmake", ".cmake.in",
        ".S", ".ld", "CMakeLists.txt", "Makefile"}) {
    if (absl::EndsWith(path, end)) return true;
  }
  return false;
}

// Whether the line names a folder in which a checkout lies on some machine.
// The names are in pieces, so that this file keeps the rule itself.
bool HasMachinePath(absl::string_view line) {
  for (const char* root : {"/wo"
                           "rk",
                           "/ro"
                           "ot",
                           "/ho"
                           "me"}) {
    const size_t length = std::string(root).size();
    for (size_t at = line.find(root); at != absl::string_view::npos;
         at = line.find(root, at + 1)) {
      // Neither the end of a relative path nor the start of a longer word.
      const char before = at == 0 ? ' ' : line[at - 1];
      const char after = at + length < line.size() ? line[at + length] : ' ';
      const bool absolute = !absl::ascii_isalnum(before) &&
                            !absl::StrContains("_.-}])*>/", before);
      const bool whole =
          !absl::ascii_isalnum(after) && !absl::StrContains("_-", after);
      if (absolute && whole) return true;
    }
  }
  return false;
}

// compiler/ir/graph.h -> TINYC_COMPILER_IR_GRAPH_H_
std::string GuardOf(absl::string_view path) {
  std::string guard = "TINYC_";
  for (const char c : path) {
    guard += absl::ascii_isalnum(c) ? absl::ascii_toupper(c) : '_';
  }
  return guard + "_";
}

bool IsCppHeader(absl::string_view path) {
  if (!absl::EndsWith(path, ".h")) return false;
  for (const char* folder :
       {"compiler/", "passes/", "frontends/", "tools/", "tests/"}) {
    if (absl::StartsWith(path, folder)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> FindHouseRuleErrors(const SourceTree& tree) {
  std::vector<std::string> errors;
  for (const auto& [path, text] : tree) {
    if (absl::StrContains(text, '\0') || text.empty()) continue;  // binary
    // What tinyc printed is judged by the tests that compare it.
    const bool golden = absl::StrContains(path, "/golden/");
    const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');

    if (NeedsLicence(path) && !golden) {
      bool found = false;
      for (size_t i = 0; i < 3 && i < lines.size(); ++i) {
        found |= absl::StrContains(lines[i], "SPDX-License-Identifier: ");
      }
      if (!found) errors.push_back(absl::StrCat(path, ":1: no SPDX line"));
    }
    if (IsCppHeader(path) && !golden &&
        !absl::StrContains(text,
                           absl::StrCat("\n#ifndef ", GuardOf(path), "\n"))) {
      errors.push_back(
          absl::StrCat(path, ":1: the include guard is not ", GuardOf(path)));
    }

    const bool tabs_allowed = absl::EndsWith(path, "Makefile");
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string place = absl::StrCat(path, ":", i + 1);
      if (!tabs_allowed && absl::StrContains(lines[i], '\t')) {
        errors.push_back(absl::StrCat(place, ": a tab"));
      }
      if (!lines[i].empty() && absl::ascii_isspace(lines[i].back())) {
        errors.push_back(absl::StrCat(place, ": trailing blanks"));
      }
      if (HasMachinePath(lines[i])) {
        errors.push_back(absl::StrCat(place, ": an absolute machine path"));
      }
    }
    if (text.back() != '\n') {
      errors.push_back(
          absl::StrCat(path, ":", lines.size(), ": no newline at the end"));
    }
  }
  return errors;
}

}  // namespace tinyc
