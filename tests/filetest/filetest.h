// SPDX-License-Identifier: Apache-2.0
//
// Tests as text: a .tir file says what it tests and shows the text before and
// after.
//
//   // test passes=fold-pad
//   graph(%x: f32[2]) -> (%y) { ... }
//   // =>
//   graph(%x: f32[2]) -> (%y) { ... }
//   // -----
//   (the next case; a `// test` line of its own changes the kind)
//
// Every module that a case reads or makes must also survive printing and
// parsing.  With TINYC_BLESS=1 in the environment the expectations are replaced
// by what came out.

#ifndef TINYC_TESTS_FILETEST_FILETEST_H_
#define TINYC_TESTS_FILETEST_FILETEST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"

namespace tinyc {

// One case of a file.
struct FileCase {
  int line = 1;             // of the file, where the case begins
  std::string header = "";  // the line `// test ...` of this case, or ""
  // From the header of this or of the latest case that has one.  `// test
  // passes=fold-pad` has the kind "passes" and the arguments "fold-pad";
  // `// test emit target=host` has "emit" and "target=host".
  std::string kind = "";
  std::string arguments = "";
  std::string input = "";
  std::string expected = "";  // after `// =>`
};

// What came out of a case.
struct CaseOutcome {
  // The text that belongs after `// =>` or, for a kind that annotates, the
  // input with its annotations.
  std::string text;
  // What is wrong whatever the case expects, or "".
  std::string failure = "";
};

// A kind of test.
struct FileTestKind {
  absl::string_view name;
  // Whether expectations are notes in the input, not a text after `// =>`.
  bool annotates = false;
  CaseOutcome (*run)(const FileCase& test);
};

// THE table of kinds, in kinds.cc.
absl::Span<const FileTestKind> FileTestKinds();

absl::StatusOr<std::vector<FileCase>> SplitCases(absl::string_view contents);

struct FileOutcome {
  std::vector<std::string> failures;
  std::string blessed;  // the file with the expectations that would pass
};
// Runs every case of the file `path`, which only names it in failures.
FileOutcome RunCases(absl::string_view path, absl::string_view contents);

}  // namespace tinyc

#endif  // TINYC_TESTS_FILETEST_FILETEST_H_
