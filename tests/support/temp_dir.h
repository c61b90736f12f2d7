// SPDX-License-Identifier: Apache-2.0
//
// A folder of a test's own, removed with everything in it.

#ifndef TINYC_TESTS_SUPPORT_TEMP_DIR_H_
#define TINYC_TESTS_SUPPORT_TEMP_DIR_H_

#include <string>
#include <vector>

namespace tinyc {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // Writes a file of that name; its path.
  std::string Write(const std::string& name, const std::string& bytes) const;
  // The names of what is in the folder, sorted.
  std::vector<std::string> Names() const;

 private:
  std::string path_;
};

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_TEMP_DIR_H_
