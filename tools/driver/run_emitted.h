// SPDX-License-Identifier: Apache-2.0
// Runs emitted C: builds it with the host's compiler in a folder of its own,
// with a main program that knows the model by its tc_model alone.
#ifndef TINYC_TOOLS_DRIVER_RUN_EMITTED_H_
#define TINYC_TOOLS_DRIVER_RUN_EMITTED_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/codegen/codegen.h"
#include "compiler/ir/graph.h"
#include "tools/driver/process.h"

namespace tinyc {

// The flags that a model for `target` is built with on this machine.
std::vector<std::string> HostFlags(const Target& target);

class EmittedModel {
 public:
  // Builds `files`, of which the first .h declares `<prefix>_model`, with $CC
  // (default: cc) and the given flags.  Internal when the compiler refuses
  // them: emitted C always compiles.
  static absl::StatusOr<EmittedModel> Build(
      absl::Span<const OutputFile> files, const std::string& prefix,
      absl::Span<const std::string> flags);

  // The outputs, [sample][output], of inputs that have the types of `graph`.
  // Every buffer of the model lies between guard bytes; Internal when one of
  // them is overwritten, or when the model returns an error.
  absl::StatusOr<std::vector<std::vector<Tensor>>> Run(
      const Graph& graph, absl::Span<const std::vector<Tensor>> samples) const;

 private:
  explicit EmittedModel(ScratchDir dir) : dir_(std::move(dir)) {}
  ScratchDir dir_;
};

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_RUN_EMITTED_H_
