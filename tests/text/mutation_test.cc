// SPDX-License-Identifier: Apache-2.0
//
// Texts with pieces deleted, doubled and exchanged: the parser refuses them
// with a place, or gives a module that is sound and reads back from its text.

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "compiler/base/file.h"
#include "compiler/ir/verify.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/same_module.h"

namespace tinyc {
namespace {

// Every module text in tests/**/*.tir, comments included.
std::vector<std::string> Texts() {
  std::vector<std::string> texts;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("tests")) {
    if (entry.path().extension() != ".tir") continue;
    const std::string contents = *ReadFile(entry.path());
    for (const absl::string_view part : absl::StrSplit(contents, "// -----")) {
      for (const absl::string_view text : absl::StrSplit(part, "// =>")) {
        texts.emplace_back(text);
      }
    }
  }
  std::sort(texts.begin(), texts.end());  // the order of folders is not fixed
  return texts;
}

// Words, and single characters between them.
std::vector<std::string> Pieces(const std::string& text) {
  std::vector<std::string> pieces;
  bool in_word = false;
  for (const char c : text) {
    const bool word = absl::ascii_isalnum(static_cast<unsigned char>(c));
    if (word && in_word) {
      pieces.back() += c;
    } else {
      pieces.emplace_back(1, c);
    }
    in_word = word;
  }
  return pieces;
}

void Mutate(std::vector<std::string>& pieces, std::mt19937& random) {
  const auto any = [&] {
    return pieces.begin() +
           static_cast<std::ptrdiff_t>(random() % pieces.size());
  };
  switch (random() % 4) {
    case 0:
      pieces.erase(any());
      break;
    case 1: {
      const std::string piece = *any();
      pieces.insert(any(), piece);
      break;
    }
    case 2:
      std::iter_swap(any(), any());
      break;
    default:
      *any() = *any();
  }
}

TEST(MutationTest, BrokenTextsAreRefusedOrSound) {
  constexpr int kMutantsPerText = 60;
  std::mt19937 random(1);
  int accepted = 0;
  for (const std::string& text : Texts()) {
    for (int i = 0; i < kMutantsPerText; ++i) {
      std::vector<std::string> pieces = Pieces(text);
      const int changes = 1 + static_cast<int>(random() % 3);
      for (int c = 0; c < changes && pieces.size() > 1; ++c) {
        Mutate(pieces, random);
      }
      const std::string mutant = absl::StrJoin(pieces, "");
      SCOPED_TRACE(mutant);
      const absl::StatusOr<Module> module = ParseModule(mutant);
      if (!module.ok()) {
        ASSERT_THAT(std::string(module.status().message()),
                    testing::MatchesRegex("[0-9]+:[0-9]+: .*"));
        continue;
      }
      ++accepted;
      ASSERT_EQ(Verify(*module).message(), "");
      const absl::StatusOr<Module> again = ParseModule(PrintModule(*module));
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(DifferenceBetween(*module, *again), "");
    }
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace tinyc
