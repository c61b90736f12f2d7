// SPDX-License-Identifier: Apache-2.0
#include "compiler/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace tinyc {

absl::Status ParallelFor(size_t count,
                         absl::FunctionRef<absl::Status(size_t i)> work) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  size_t first = count;
  absl::Status error;
  // The indices are dealt in order, so that all below a failed one are run.
  const auto run = [&] {
    while (!failed) {
      const size_t i = next++;
      if (i >= count) return;
      absl::Status status;
      try {
        status = work(i);
      } catch (const std::bad_alloc&) {
        status = absl::ResourceExhaustedError(
            "there is not enough memory for this model");
      }
      if (status.ok()) continue;
      failed = true;
      const std::lock_guard<std::mutex> lock(mutex);
      if (i < first) {
        first = i;
        error = std::move(status);
      }
    }
  };
  const size_t threads = std::min<size_t>(
      count, std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::thread> others;
  for (size_t t = 1; t < threads; ++t) others.emplace_back(run);
  run();
  for (std::thread& thread : others) thread.join();
  return error;
}

}  // namespace tinyc
