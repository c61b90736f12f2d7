// SPDX-License-Identifier: Apache-2.0
// Command lines: one row per option, from which parsing and --help follow.
//   --name=value  --name value  --switch  -o FILE  --  operand
#ifndef TINYC_TOOLS_DRIVER_COMMAND_LINE_H_
#define TINYC_TOOLS_DRIVER_COMMAND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"

namespace tinyc {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFault = 1;  // the model or the request is at fault
inline constexpr int kExitUsage = 2;

// What an option stores tells what it takes:
//   bool                     nothing
//   int64_t, std::string     a value; the last one counts
//   std::vector<std::string> a value, each time it is given
//   std::optional<std::string>  a value after `=`, or none, which stores ""
using OptionTarget =
    std::variant<bool*, int64_t*, std::string*, std::vector<std::string>*,
                 std::optional<std::string>*>;

struct Option {
  absl::string_view name;   // "passes" is --passes; "o", of one letter, is -o
  absl::string_view value;  // what --help calls the value; "" for a switch
  absl::string_view help;   // lower case, no full stop; lines end with \n
  OptionTarget target;
};

// Stores what `args` say and returns the operands.  InvalidArgument for the
// first argument that no option takes.
absl::StatusOr<std::vector<std::string>> ParseArguments(
    absl::Span<const Option> options, absl::Span<const std::string> args);

struct Program {
  absl::string_view name;   // "tinyc-opt"
  absl::string_view usage;  // "[options] in.tir [-o out.tir]"
  absl::string_view about;  // one or two sentences
};

// The text of --help.
std::string HelpText(const Program& program, absl::Span<const Option> options);

// As ParseArguments on main's arguments; also serves --help and --version.
// Returns the exit code when there is nothing left to do, having printed why.
std::optional<int> ReadCommandLine(const Program& program,
                                   absl::Span<const Option> options, int argc,
                                   const char* const* argv,
                                   std::vector<std::string>* operands);

// Prints what was asked for to stdout.
absl::Status PrintResult(absl::string_view text);
// Prints `error: sentence` to stderr for every line of the message.
void PrintError(const absl::Status& status);
// Prints a complaint about the command line; returns kExitUsage.
int UsageError(const Program& program, absl::string_view sentence);

absl::string_view Version();  // "0.1.0"

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_COMMAND_LINE_H_
