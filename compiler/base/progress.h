// SPDX-License-Identifier: Apache-2.0
// Tells whoever watches how far long work is.
#ifndef TINYC_COMPILER_BASE_PROGRESS_H_
#define TINYC_COMPILER_BASE_PROGRESS_H_

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "absl/strings/string_view.h"

namespace tinyc {

// Some work in `count` parts, from its construction to its end.
class Progress {
 public:
  Progress(absl::string_view what, size_t count);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // One more part is done.  Threads may call it.
  void Add();

  // Called at the beginning with done = 0, after every part and, at the end of
  // the work, with done = count; never by two threads at once for one work.
  using Watcher =
      std::function<void(absl::string_view what, size_t done, size_t count)>;
  // For the whole process, to be set before any work; null: nobody watches.
  static void SetWatcher(Watcher watcher);

 private:
  const std::string what_;
  const size_t count_;
  std::mutex mutex_;
  size_t done_ = 0;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_BASE_PROGRESS_H_
