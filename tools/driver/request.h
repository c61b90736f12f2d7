// SPDX-License-Identifier: Apache-2.0
// What a user asks tinyc for, and the steps that every answer takes.
#ifndef TINYC_TOOLS_DRIVER_REQUEST_H_
#define TINYC_TOOLS_DRIVER_REQUEST_H_

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/file.h"
#include "compiler/base/status.h"
#include "nlohmann/json.hpp"
#include "tools/driver/compile.h"

namespace tinyc {

// The options of tinyc that ReadModelOptions does not read, as they are
// written.
struct Request {
  std::string model;
  std::string output;
  std::string prefix;
  std::string arena = "static";
  std::string code = "fast";
  std::string emit = "single";
  std::string report;
  std::optional<std::string> verify;  // "": random samples
  double clock_mhz = 0;               // 0: not given
  bool in_shared_arena = false;       // the model is one of several
  bool check = false;
  bool selftest = false;
  std::string selftest_input;  // "": random numbers
};

struct Compiled {
  CompiledModel model;
  nlohmann::ordered_json report;
};

// The model of the request and what it costs; none when it cannot be compiled,
// which has been said then.
std::optional<Compiled> Compile(const Request& request,
                                const CompileOptions& options);

// Adds to the report of `models` whether they fit, and says so; an error when
// they do not.
absl::Status AddFit(absl::Span<const CompiledModel* const> models,
                    const CompileOptions& options,
                    nlohmann::ordered_json* report);

std::filesystem::path FolderOf(const std::string& file);

// Writes all files or none.  The folder of split kernels is made.
absl::Status WriteOutputs(const Request& request,
                          const std::vector<NamedFile>& files);

// Writes the files and, for --check, prints what the models cost.  The exit
// code.
int Finish(const Request& request,
           const absl::StatusOr<std::vector<NamedFile>>& files,
           const std::string& costs);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_REQUEST_H_
