// SPDX-License-Identifier: Apache-2.0
// Several models with one arena:
//
//   tinyc kws.onnx vww.onnx --share-arena -o models.c
//     kws.c, kws.h, vww.c, vww.h   each a model as ever, but for its arena
//     models.c, models.h           the arena, and a header that includes theirs
#ifndef TINYC_TOOLS_DRIVER_SHARE_ARENA_H_
#define TINYC_TOOLS_DRIVER_SHARE_ARENA_H_

#include <string>
#include <vector>

#include "compiler/base/status.h"
#include "tools/driver/request.h"

namespace tinyc {

// InvalidArgument when the request does not go with several models, or when
// these have names that meet.
absl::Status CheckShared(const Request& request,
                         const std::vector<std::string>& models);

// Compiles the models in these files.  The exit code.
int RunShared(const Request& request, const std::vector<std::string>& models,
              const CompileOptions& options);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_SHARE_ARENA_H_
