// SPDX-License-Identifier: Apache-2.0
// Runs passes in the order of a pipeline text such as
//   clean,quantize{calibration=c.npz;per-channel},default-backend
//   item := name ["{" key ["=" value] (";" key ["=" value])* "}"]
// where a name is a pass or a preset, which stands for more text.
#ifndef TINYC_PASSES_PASS_MANAGER_H_
#define TINYC_PASSES_PASS_MANAGER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/base/status.h"
#include "compiler/ir/module.h"
#include "passes/pass.h"

namespace tinyc {

// One pass of a pipeline.
struct PipelineItem {
  const Pass* pass;
  PassOptions options;
};
using Pipeline = std::vector<PipelineItem>;

// Presets are expanded.
absl::StatusOr<Pipeline> ParsePipeline(absl::string_view text);
std::string ToString(const PipelineItem& item);

// InvalidArgument naming the first pass that does not find the stage it needs
// when the pipeline starts at `start`.
absl::Status CheckStages(absl::Span<const PipelineItem> pipeline, Stage start);

struct PassManagerOptions {
  // Prints the module after each pass named here, or after "all".
  std::vector<std::string> print_after = {};
  bool time_passes = false;  // prints a table at the end
  // Where both go; null: stderr.
  std::function<void(absl::string_view)> log = nullptr;
  // Folder for the module as it was before a pass that broke it; empty: it is
  // not written.
  std::string replay_dir = ".";
};

// Checks the stages, then runs and verifies pass by pass.  A pass that leaves a
// broken module is an Internal error, which names the pass and tells how to run
// it again on the module from before.
absl::Status RunPipeline(Module& module,
                         absl::Span<const PipelineItem> pipeline,
                         const PassManagerOptions& options = {});

}  // namespace tinyc

#endif  // TINYC_PASSES_PASS_MANAGER_H_
