// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "compiler/base/file.h"

namespace tinyc {

absl::StatusOr<ScratchDir> ScratchDir::Create() {
  std::error_code error;
  const std::filesystem::path parent =
      std::filesystem::temp_directory_path(error);
  if (error) {
    return Invalid("there is no folder for temporary files: ", error.message());
  }
  std::string pattern = (parent / "tinyc_XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return Invalid("cannot make a folder in ", parent.string(), ": ",
                   std::strerror(errno));
  }
  return ScratchDir(pattern);
}

ScratchDir::~ScratchDir() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

absl::Status ScratchDir::Write(absl::string_view name,
                               absl::string_view bytes) const {
  const std::string path = File(name);
  std::error_code ignored;  // then the file cannot be opened either
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(),
                                      ignored);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  bool written = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(),
                                                file) == bytes.size();
  if (file != nullptr && std::fclose(file) != 0) written = false;
  if (written) return absl::OkStatus();
  return Invalid("cannot write ", path, ": ", std::strerror(errno));
}

absl::StatusOr<ProcessEnd> RunProcess(absl::Span<const std::string> argv,
                                      const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Invalid("cannot run ", argv[0], ": ", std::strerror(error));
  }
  int state = 0;
  while (waitpid(pid, &state, 0) < 0) {
    if (errno != EINTR) {
      return Invalid("lost ", argv[0], ": ", std::strerror(errno));
    }
  }
  ProcessEnd end;
  end.exit_code =
      WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
  TINYC_ASSIGN_OR_RETURN(end.text, ReadFile(log));
  return end;
}

}  // namespace tinyc
