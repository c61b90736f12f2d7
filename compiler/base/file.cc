// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/cleanup/cleanup.h"

namespace tinyc {
namespace {

absl::Status CannotWrite(const std::string& path, int error) {
  return Invalid("cannot write ", path, ": ", std::strerror(error));
}

// Writes everything and waits until it is on disk.
absl::Status WriteAll(int fd, const std::string& path,
                      const std::string& contents, bool sync) {
  size_t done = 0;
  while (done < contents.size()) {
    const ssize_t n =
        ::write(fd, contents.data() + done, contents.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      return CannotWrite(path, error);
    }
    done += static_cast<size_t>(n);
  }
  int error = sync && ::fsync(fd) != 0 ? errno : 0;
  if (::close(fd) != 0 && error == 0) error = errno;
  return error == 0 ? absl::OkStatus() : CannotWrite(path, error);
}

// What a chain of symbolic links leads to, whether or not it exists.
std::filesystem::path FollowLinks(std::filesystem::path path) {
  constexpr int kLongestChain = 40;
  std::error_code error;
  for (int i = 0; i < kLongestChain; ++i) {
    const auto target = std::filesystem::read_symlink(path, error);
    if (error) break;                    // not a link
    path = path.parent_path() / target;  // an absolute target replaces it
  }
  return path;
}

struct Staged {
  std::string temporary;
  std::string final;
};

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Invalid("cannot read ", path, ": it is a folder");
  }
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return Invalid("cannot read ", path, ": ", std::strerror(errno));
  }
  const absl::Cleanup close = [file] { std::fclose(file); };
  std::string contents;
  char buffer[1 << 16];
  while (const size_t n = std::fread(buffer, 1, sizeof(buffer), file)) {
    contents.append(buffer, n);
  }
  if (std::ferror(file) != 0) {
    return Invalid("cannot read ", path, ": ", std::strerror(errno));
  }
  return contents;
}

absl::Status WriteFiles(absl::Span<const NamedFile> files) {
  namespace fs = std::filesystem;
  std::vector<Staged> staged;
  size_t renamed = 0;
  absl::Cleanup undo = [&] {
    for (size_t i = 0; i < staged.size(); ++i) {
      ::unlink((i < renamed ? staged[i].final : staged[i].temporary).c_str());
    }
  };
  for (const NamedFile& file : files) {
    std::error_code error;
    const fs::path path = FollowLinks(file.path);
    const bool in_place =
        fs::exists(path, error) && !fs::is_regular_file(path, error);
    std::string name = path.string();
    if (!in_place) {
      name = (path.parent_path() / ("." + path.filename().string() + "." +
                                    std::to_string(::getpid()) + ".tmp"))
                 .string();
    }
    const int fd =
        ::open(name.c_str(),
               O_WRONLY | O_CLOEXEC | (in_place ? 0 : O_CREAT | O_TRUNC), 0666);
    if (fd < 0) return CannotWrite(file.path, errno);
    if (!in_place) staged.push_back({name, path.string()});
    TINYC_RETURN_IF_ERROR(WriteAll(fd, file.path, file.contents, !in_place));
  }
  for (; renamed < staged.size(); ++renamed) {
    const Staged& one = staged[renamed];
    if (::rename(one.temporary.c_str(), one.final.c_str()) != 0) {
      return CannotWrite(one.final, errno);
    }
  }
  std::move(undo).Cancel();
  return absl::OkStatus();
}

}  // namespace tinyc
