// SPDX-License-Identifier: Apache-2.0
//
// See run_program.h.

#include "tests/support/run_program.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "compiler/base/check.h"
#include "compiler/base/file.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace tinyc {
namespace {

std::string Quoted(const std::string& word) {
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

}  // namespace

ProgramRun RunProgram(const std::string& name,
                      const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment) {
  const TempDir streams;
  const std::string out = streams.path() + "/out";
  const std::string err = streams.path() + "/err";
  std::string command = "env";
  for (const std::string& setting : environment) {
    absl::StrAppend(&command, " ", Quoted(setting));
  }
  absl::StrAppend(&command, " ", Quoted(Program(name)));
  for (const std::string& argument : arguments) {
    absl::StrAppend(&command, " ", Quoted(argument));
  }
  absl::StrAppend(&command, " < /dev/null > ", Quoted(out), " 2> ",
                  Quoted(err));
  const int status = system(command.c_str());
  TINYC_CHECK(status != -1);
  ProgramRun run;
  run.exit_code =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  run.out = *ReadFile(out);
  run.err = *ReadFile(err);
  return run;
}

}  // namespace tinyc
