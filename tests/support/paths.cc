// SPDX-License-Identifier: Apache-2.0
//
// See paths.h.

#include "tests/support/paths.h"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tinyc {

std::string Program(const std::string& name) {
  const char* folder = std::getenv("TINYC_BIN_DIR");  // set by ctest
  return (folder == nullptr ? std::string("build/bin") : folder) + "/" + name;
}

std::string SharedFile(const std::string& name) {
  const char* folder = std::getenv("TINYC_SHARED_DIR");
  const std::filesystem::path path =
      std::filesystem::path(folder == nullptr ? "../shared" : folder) / name;
  return std::filesystem::exists(path) ? path.string() : "";
}

}  // namespace tinyc
