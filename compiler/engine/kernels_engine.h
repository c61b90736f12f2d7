// SPDX-License-Identifier: Apache-2.0
// Runs a planned module in process, by the kernels compiled for the host and
// in the memory of its plan: what the emitted C does, without emitting it.
#ifndef TINYC_COMPILER_ENGINE_KERNELS_ENGINE_H_
#define TINYC_COMPILER_ENGINE_KERNELS_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"

namespace tinyc {

struct KernelsEngineOptions {
  // Fills arena bytes that hold no value any kernel still reads, before the
  // first node and after each one, so that a wrong plan shows.
  bool poison_dead_bytes = false;
  // Is told every result of a node when the node is done; null: nobody asks.
  std::function<void(const Value&, const Tensor&)> observe = nullptr;
};

// The model's outputs for `inputs`, which have the types of its inputs.
// Threads may run one module at the same time.
absl::StatusOr<std::vector<Tensor>> RunKernels(
    const Module& module, absl::Span<const Tensor> inputs,
    const KernelsEngineOptions& options = {});

// A run of a planned module that stops between nodes, for those who look at
// values or change them on the way.
class KernelsRun {
 public:
  explicit KernelsRun(const Module& module);  // outlives the run
  ~KernelsRun();
  KernelsRun(KernelsRun&&) noexcept;

  absl::Status RunNode(const Node& node);
  // Where the bytes of `value` are, which is no constant.  Those of an output
  // of the model are the run's own; an input has to lie in the arena.
  uint8_t* BytesOf(const Value& value);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_ENGINE_KERNELS_ENGINE_H_
