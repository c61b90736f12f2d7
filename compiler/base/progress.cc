// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/progress.h"

#include <utility>

namespace tinyc {
namespace {

Progress::Watcher& TheWatcher() {
  static Progress::Watcher* const watcher = new Progress::Watcher;
  return *watcher;
}

}  // namespace

void Progress::SetWatcher(Watcher watcher) {
  TheWatcher() = std::move(watcher);
}

Progress::Progress(absl::string_view what, size_t count)
    : what_(what), count_(count) {
  if (TheWatcher()) TheWatcher()(what_, 0, count_);
}

Progress::~Progress() {
  if (TheWatcher() && done_ != count_) TheWatcher()(what_, count_, count_);
}

void Progress::Add() {
  if (!TheWatcher()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  TheWatcher()(what_, ++done_, count_);
}

}  // namespace tinyc
