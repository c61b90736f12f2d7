// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/base/nearest.h"

namespace tinyc {
namespace {

// How an option stands on a command line: "--passes", "-o".
std::string Spelled(absl::string_view name) {
  return absl::StrCat(name.size() == 1 ? "-" : "--", name);
}

template <typename T>
bool Stores(const Option& option) {
  return std::holds_alternative<T*>(option.target);
}

absl::Status Store(const Option& option, absl::string_view value) {
  return std::visit(
      [&](auto* target) -> absl::Status {
        using T = std::remove_pointer_t<decltype(target)>;
        if constexpr (std::is_same_v<T, bool>) {
          *target = true;
        } else if constexpr (std::is_same_v<T, int64_t>) {
          if (!absl::SimpleAtoi(value, target)) {
            return Invalid("the value of ", Spelled(option.name),
                           " is a whole number, not \"", value, "\"");
          }
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          target->emplace_back(value);
        } else {
          *target = std::string(value);
        }
        return absl::OkStatus();
      },
      option.target);
}

absl::Status UnknownOption(absl::Span<const Option> options,
                           absl::string_view spelled) {
  std::vector<std::string> known = {"--help", "--version"};
  for (const Option& option : options) {
    if (option.name.size() > 1) known.push_back(Spelled(option.name));
  }
  const std::vector<absl::string_view> names(known.begin(), known.end());
  return Invalid("there is no option ", spelled, DidYouMean(spelled, names));
}

void Print(std::FILE* file, absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseArguments(
    absl::Span<const Option> options, absl::Span<const std::string> args) {
  std::vector<std::string> operands;
  for (size_t i = 0; i < args.size(); ++i) {
    const absl::string_view arg = args[i];
    if (arg == "--") {
      operands.insert(operands.end(), args.begin() + i + 1, args.end());
      break;
    }
    if (arg.size() < 2 || arg[0] != '-') {
      operands.emplace_back(arg);
      continue;
    }
    const size_t equals = arg.find('=');
    const absl::string_view spelled = arg.substr(0, equals);
    const auto option = std::find_if(
        options.begin(), options.end(),
        [&](const Option& o) { return Spelled(o.name) == spelled; });
    if (option == options.end()) return UnknownOption(options, spelled);
    const bool may_stand_alone =
        Stores<bool>(*option) || Stores<std::optional<std::string>>(*option);
    if (equals != arg.npos) {
      if (Stores<bool>(*option)) {
        return Invalid(spelled, " takes no value");
      }
      TINYC_RETURN_IF_ERROR(Store(*option, arg.substr(equals + 1)));
    } else if (may_stand_alone) {
      TINYC_RETURN_IF_ERROR(Store(*option, ""));
    } else if (i + 1 < args.size()) {
      TINYC_RETURN_IF_ERROR(Store(*option, args[++i]));
    } else {
      return Invalid(spelled, " needs a value: ", option->value);
    }
  }
  return operands;
}

std::string HelpText(const Program& program, absl::Span<const Option> options) {
  constexpr size_t kColumn = 28;
  std::string text = absl::StrCat("usage: ", program.name, " ", program.usage,
                                  "\n\n", program.about, "\n\n");
  const auto add = [&](const std::string& left, absl::string_view help) {
    std::string line = "  " + left;
    for (const absl::string_view part : absl::StrSplit(help, '\n')) {
      if (line.size() + 1 > kColumn) {
        absl::StrAppend(&text, line, "\n");
        line.clear();
      }
      line.resize(kColumn, ' ');
      absl::StrAppend(&text, line, part, "\n");
      line.clear();
    }
  };
  for (const Option& option : options) {
    const bool may = Stores<std::optional<std::string>>(option);
    const absl::string_view joint = option.value.empty()      ? ""
                                    : option.name.size() == 1 ? " "
                                                              : "=";
    add(absl::StrCat(Spelled(option.name), may ? "[" : "", joint, option.value,
                     may ? "]" : ""),
        option.help);
  }
  add("--help", "print this text");
  add("--version", "print the version");
  return text;
}

std::optional<int> ReadCommandLine(const Program& program,
                                   absl::Span<const Option> options, int argc,
                                   const char* const* argv,
                                   std::vector<std::string>* operands) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  for (const std::string& arg : args) {
    if (arg == "--") break;
    if (arg == "--help" || arg == "-h") {
      Print(stdout, HelpText(program, options));
      return kExitDone;
    }
    if (arg == "--version") {
      Print(stdout, absl::StrCat(program.name, " ", Version(), "\n"));
      return kExitDone;
    }
  }
  absl::StatusOr<std::vector<std::string>> parsed =
      ParseArguments(options, args);
  if (!parsed.ok()) return UsageError(program, parsed.status().message());
  *operands = *std::move(parsed);
  return std::nullopt;
}

absl::Status PrintResult(absl::string_view text) {
  Print(stdout, text);
  if (std::fflush(stdout) != 0) {
    return Invalid("cannot write to stdout: ", std::strerror(errno));
  }
  return absl::OkStatus();
}

void PrintError(const absl::Status& status) {
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    Print(stderr, absl::StrCat("error: ", line, "\n"));
  }
}

int UsageError(const Program& program, absl::string_view sentence) {
  Print(stderr, absl::StrCat(program.name, ": ", sentence, "\nRun ",
                             program.name, " --help for the options.\n"));
  return kExitUsage;
}

absl::string_view Version() { return TINYC_VERSION; }

}  // namespace tinyc
