// SPDX-License-Identifier: Apache-2.0
//
// Programs of the build, run as a user runs them.

#ifndef TINYC_TESTS_SUPPORT_RUN_PROGRAM_H_
#define TINYC_TESTS_SUPPORT_RUN_PROGRAM_H_

#include <string>
#include <vector>

namespace tinyc {

struct ProgramRun {
  int exit_code = 0;  // 128 + the signal's number when one ended it
  std::string out;
  std::string err;
};

// Runs Program(name) with these arguments, in the folder of the test, and with
// `environment` ("CC=gcc", ...) added to its own.
ProgramRun RunProgram(const std::string& name,
                      const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {});

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_RUN_PROGRAM_H_
