// SPDX-License-Identifier: Apache-2.0
//
// See source_tree.h.

#include "tests/layering/source_tree.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tinyc {

SourceTree ReadCheckout() {
  FILE* git = popen(
      "git ls-files -z --cached --others --exclude-standard 2>/dev/null", "r");
  if (git == nullptr) return {};
  std::string names;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof(buffer), git)) {
    names.append(buffer, count);
  }
  pclose(git);

  SourceTree tree;
  for (absl::string_view name :
       absl::StrSplit(names, '\0', absl::SkipEmpty())) {
    const std::string path(name);
    // A file that was removed without `git rm` is still listed.
    if (!std::filesystem::is_regular_file(path)) continue;
    std::ifstream file(path, std::ios::binary);
    tree[path] = {std::istreambuf_iterator<char>(file), {}};
  }
  return tree;
}

}  // namespace tinyc
