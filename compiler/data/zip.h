// SPDX-License-Identifier: Apache-2.0
// Zip archives in memory.
#ifndef TINYC_COMPILER_DATA_ZIP_H_
#define TINYC_COMPILER_DATA_ZIP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"

namespace tinyc {

struct ZipMember {
  std::string name;
  std::string bytes;
};

// The members of the archive, checksums verified.  `kind` says in errors what
// the archive was taken for.
absl::StatusOr<std::vector<ZipMember>> ReadZip(absl::string_view archive,
                                               absl::string_view kind);

// An archive of `members`, which have distinct names; deflated, without times,
// so that equal members give equal bytes.
absl::StatusOr<std::string> ZipBytes(absl::Span<const ZipMember> members);

}  // namespace tinyc

#endif  // TINYC_COMPILER_DATA_ZIP_H_
