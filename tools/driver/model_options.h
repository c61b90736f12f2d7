// SPDX-License-Identifier: Apache-2.0
// The options that say which model is meant; tinyc and tinyc-run share them.
#ifndef TINYC_TOOLS_DRIVER_MODEL_OPTIONS_H_
#define TINYC_TOOLS_DRIVER_MODEL_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "tools/driver/command_line.h"
#include "tools/driver/compile.h"

namespace tinyc {

// The options as they are written.
struct ModelOptions {
  std::string target = "generic";
  std::vector<std::string> dims = {};    // NAME=N
  std::vector<std::string> shapes = {};  // INPUT=2x3x4
  std::string passes = "default";
  bool no_slim = false;
  std::string quantize;     // "": not
  std::string prune;        // "": not
  std::string calibration;  // file or folder
  std::string range;        // of calibration; "": minmax
  std::string max_loss;     // "": not said
  std::string io;           // "": keep
  std::string weights = "fast";
  bool io_in_arena = false;
  std::vector<std::string> input = {};  // rows or rows:NAME
  // "": no limit.  These four are not among the rows, they are tinyc's alone.
  std::string ram;
  std::string flash;
  std::string max_macs_increase;
  std::string memory;
};

// Their rows of a command line, storing into `options`.
std::vector<Option> ModelOptionRows(ModelOptions* options);

// What they ask for.  An error is one of usage: nothing depends on the model.
absl::StatusOr<CompileOptions> ReadModelOptions(const ModelOptions& options);

// "2x3x4"; "" for a scalar.
absl::Status ParseShape(absl::string_view text, Shape* shape);

// The same error with `FILE: ` before every line.
absl::Status WithFile(absl::string_view file, const absl::Status& status);
// Prints `error: line` to stderr for every line of the message.
void PrintErrors(const absl::Status& status);
// Prints `note: sentence` to stderr for each, but a `warning: sentence` as it
// is.
void PrintNotes(const std::vector<std::string>& notes);

// Runs `main`; when memory runs out it is an error like others.
int RunProgram(int (*main)(int argc, const char* const* argv), int argc,
               const char* const* argv);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_MODEL_OPTIONS_H_
