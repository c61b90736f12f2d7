// SPDX-License-Identifier: Apache-2.0
// Files read whole, and written whole or not at all.
#ifndef TINYC_COMPILER_BASE_FILE_H_
#define TINYC_COMPILER_BASE_FILE_H_

#include <string>

#include "absl/types/span.h"
#include "compiler/base/status.h"

namespace tinyc {

absl::StatusOr<std::string> ReadFile(const std::string& path);

struct NamedFile {
  std::string path;
  std::string contents;
};

// Writes all files or none: each is complete on disk under a temporary name in
// its own folder before the first takes its final name; when that fails, those
// that have theirs are removed.  What is not a regular file (/dev/null) is
// written in place.
absl::Status WriteFiles(absl::Span<const NamedFile> files);

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_FILE_H_
