// SPDX-License-Identifier: Apache-2.0
// One arena for several models: an array in a file of its own, which their
// files declare, and a header that includes theirs.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/base/text.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"

namespace tinyc {

std::string SharedArenaName(absl::string_view stem) {
  return absl::StrCat(LegalPrefix(CIdentifier(stem)), "_arena");
}

int64_t ArenaAlign(const Module& module) {
  return std::max<int64_t>(8, module.target->align);
}

std::vector<OutputFile> EmitSharedArena(const std::string& stem,
                                        absl::Span<const ArenaUser> users) {
  TINYC_CHECK(!users.empty());
  const ArenaUser* largest = &users[0];
  int64_t align = 8;
  for (const ArenaUser& user : users) {
    if (user.module->plan->arena_bytes > largest->module->plan->arena_bytes) {
      largest = &user;
    }
    align = std::max(align, ArenaAlign(*user.module));
  }
  const int64_t bytes = largest->module->plan->arena_bytes;
  const std::string stems =
      absl::StrJoin(users, ", ", [](std::string* out, const ArenaUser& user) {
        absl::StrAppend(out, "`", CommentText(user.stem), "`");
      });

  CWriter source;
  source.Line("/* SPDX-License-Identifier: Apache-2.0 */");
  source.Comment(absl::StrCat("The arena of the models ", stems, ".  ", stem,
                              ".h describes its use."));
  source.Line("#include <stdint.h>");
  source.Line();
  if (align > 8) {
    source.Line("#if defined(__GNUC__)");
    source.Line(absl::StrCat("__attribute__((aligned(", align, ")))"));
    source.Line("#endif");
  }
  source.Line(absl::StrCat("uint64_t ", SharedArenaName(stem), "[",
                           std::max<int64_t>(1, (bytes + 7) / 8), "];"));

  const std::string guard =
      absl::StrCat(absl::AsciiStrToUpper(FileScopeName(stem)), "_H_");
  CWriter header;
  header.Line("/* SPDX-License-Identifier: Apache-2.0 */");
  header.Comment(absl::StrCat(
      "The models ", stems,
      " share one arena, so that only one of them runs at a time, and none "
      "finds there what it left before another one ran."));
  header.Line(absl::StrCat("#ifndef ", guard));
  header.Line(absl::StrCat("#define ", guard));
  header.Line();
  for (const ArenaUser& user : users) {
    header.Line(absl::StrCat("#include \"", user.stem, ".h\""));
  }
  header.Line();
  header.Comment(absl::StrCat("Bytes of the arena: those of `",
                              CommentText(largest->stem), "`."));
  header.Line(absl::StrCat("#define ",
                           absl::AsciiStrToUpper(SharedArenaName(stem)),
                           "_SIZE ", bytes, "u"));
  header.Line();
  header.Line(absl::StrCat("#endif /* ", guard, " */"));
  return {{stem + ".c", source.text()}, {stem + ".h", header.text()}};
}

}  // namespace tinyc
