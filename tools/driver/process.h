// SPDX-License-Identifier: Apache-2.0
// Folders that vanish, and programs that run.
#ifndef TINYC_TOOLS_DRIVER_PROCESS_H_
#define TINYC_TOOLS_DRIVER_PROCESS_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"

namespace tinyc {

// A folder that only this user can open, removed with everything in it.
class ScratchDir {
 public:
  static absl::StatusOr<ScratchDir> Create();
  ScratchDir(ScratchDir&& other) : path_(std::exchange(other.path_, "")) {}
  ScratchDir& operator=(ScratchDir&& other) {
    std::swap(path_, other.path_);
    return *this;
  }
  ~ScratchDir();

  const std::string& path() const { return path_; }
  std::string File(absl::string_view name) const {
    return absl::StrCat(path_, "/", name);
  }
  // `name` may lie in folders, which are made.
  absl::Status Write(absl::string_view name, absl::string_view bytes) const;

 private:
  explicit ScratchDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

struct ProcessEnd {
  int exit_code = 0;  // 128 + the signal's number when one ended it
  std::string text;   // what it wrote to stdout and stderr
};

// Runs argv[0], found as the shell would, without a shell.  `log` is a file to
// collect what it writes.  The error says why it could not be started.
absl::StatusOr<ProcessEnd> RunProcess(absl::Span<const std::string> argv,
                                      const std::string& log);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_PROCESS_H_
