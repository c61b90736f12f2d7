// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/module_file.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/parse.h"
#include "compiler/text/print.h"

namespace tinyc {

absl::StatusOr<Module> ReadModule(const std::string& path) {
  TINYC_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path == "-" ? "/dev/stdin" : path));
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  const auto read_blob = [&](const std::string& file) {
    return ReadFile((folder / file).string());
  };
  absl::StatusOr<Module> module = ParseModule(text, {.read_blob = read_blob});
  if (!module.ok()) {
    return Prefixed(absl::StrCat(path, ":"), module.status());
  }
  return module;
}

std::vector<NamedFile> ModuleFiles(const Module& module,
                                   const std::string& path) {
  const std::filesystem::path blob_path =
      std::filesystem::path(path).replace_extension(".bin");
  BlobSink blob{.file = blob_path.filename().string()};
  std::vector<NamedFile> files = {{path, PrintModule(module, {.blob = &blob})}};
  if (blob.size > 0) files.push_back({blob_path.string(), blob.Contents()});
  return files;
}

}  // namespace tinyc
