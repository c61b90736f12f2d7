// SPDX-License-Identifier: Apache-2.0
//
// See filetest.h.

#include "tests/filetest/filetest.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tinyc {
namespace {

constexpr absl::string_view kTest = "// test ";
constexpr absl::string_view kSeparator = "// -----";
constexpr absl::string_view kArrow = "// =>";

void ReadHeader(FileCase& test) {
  absl::string_view text = test.header;
  absl::ConsumePrefix(&text, kTest);
  const size_t end = text.find_first_of(" =");
  test.kind = std::string(text.substr(0, end));
  test.arguments = end == text.npos ? "" : std::string(text.substr(end + 1));
}

const FileTestKind* FindKind(absl::string_view name) {
  for (const FileTestKind& kind : FileTestKinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

// The case as it stands in a file.
std::string CaseText(const FileCase& test, const FileTestKind& kind,
                     absl::string_view outcome) {
  const std::string header =
      test.header.empty() ? "" : absl::StrCat(test.header, "\n");
  return kind.annotates
             ? absl::StrCat(header, outcome)
             : absl::StrCat(header, test.input, kArrow, "\n", outcome);
}

std::string FirstDifference(absl::string_view expected, absl::string_view got) {
  const std::vector<absl::string_view> want = absl::StrSplit(expected, '\n');
  const std::vector<absl::string_view> have = absl::StrSplit(got, '\n');
  size_t i = 0;
  while (i < want.size() && i < have.size() && want[i] == have[i]) ++i;
  return absl::StrCat("expected: ", i < want.size() ? want[i] : "(the end)",
                      "\n     got: ", i < have.size() ? have[i] : "(the end)",
                      "\nin\n", got);
}

}  // namespace

absl::StatusOr<std::vector<FileCase>> SplitCases(absl::string_view contents) {
  absl::ConsumeSuffix(&contents, "\n");
  std::vector<FileCase> cases(1);
  std::string* part = &cases[0].input;
  int line_number = 0;
  for (const absl::string_view line : absl::StrSplit(contents, '\n')) {
    ++line_number;
    FileCase& test = cases.back();
    if (line == kSeparator) {
      FileCase next;
      next.line = line_number + 1;
      next.kind = test.kind;
      next.arguments = test.arguments;
      cases.push_back(std::move(next));
      part = &cases.back().input;
    } else if (absl::StartsWith(line, kTest)) {
      if (!test.header.empty() || !test.input.empty()) {
        return Invalid(line_number, ": ", kTest,
                       "stands at the beginning of a case");
      }
      test.header = std::string(line);
      ReadHeader(test);
    } else if (line == kArrow) {
      if (part == &test.expected) return Invalid(line_number, ": two arrows");
      part = &test.expected;
    } else {
      absl::StrAppend(part, line, "\n");
    }
  }
  if (cases[0].kind.empty()) return Invalid("1: expected `", kTest, "...`");
  return cases;
}

FileOutcome RunCases(absl::string_view path, absl::string_view contents) {
  FileOutcome outcome;
  const absl::StatusOr<std::vector<FileCase>> cases = SplitCases(contents);
  if (!cases.ok()) {
    return {{absl::StrCat(path, ":", cases.status().message())},
            std::string(contents)};
  }
  std::vector<std::string> blessed;
  for (const FileCase& test : *cases) {
    const std::string place = absl::StrCat(path, ":", test.line, ": ");
    const FileTestKind* kind = FindKind(test.kind);
    if (kind == nullptr) {
      outcome.failures.push_back(
          absl::StrCat(place, "there is no kind of test ", test.kind));
      outcome.blessed = std::string(contents);
      return outcome;
    }
    const CaseOutcome result = kind->run(test);
    const std::string& expected = kind->annotates ? test.input : test.expected;
    // What failed is not blessed.
    const std::string& text = result.failure.empty() ? result.text : expected;
    if (!result.failure.empty()) {
      outcome.failures.push_back(absl::StrCat(place, result.failure));
    } else if (text != expected) {
      outcome.failures.push_back(
          absl::StrCat(place, FirstDifference(expected, text)));
    }
    blessed.push_back(CaseText(test, *kind, text));
  }
  outcome.blessed = absl::StrJoin(blessed, absl::StrCat(kSeparator, "\n"));
  return outcome;
}

}  // namespace tinyc
