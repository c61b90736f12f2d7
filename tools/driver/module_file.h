// SPDX-License-Identifier: Apache-2.0
// Modules in .tir files, with their long constants in a .bin file beside them.
#ifndef TINYC_TOOLS_DRIVER_MODULE_FILE_H_
#define TINYC_TOOLS_DRIVER_MODULE_FILE_H_

#include <string>
#include <vector>

#include "compiler/base/file.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

// The module in the file `path`, or on stdin for "-".  Errors in the text begin
// with `path:line:column: `.
absl::StatusOr<Module> ReadModule(const std::string& path);

// The files that hold `module` as `path`: x.tir, and x.bin when it has long
// constants.
std::vector<NamedFile> ModuleFiles(const Module& module,
                                   const std::string& path);

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_MODULE_FILE_H_
