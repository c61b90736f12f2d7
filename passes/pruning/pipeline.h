// SPDX-License-Identifier: Apache-2.0
// The passes that prune a model.
#ifndef TINYC_PASSES_PRUNING_PIPELINE_H_
#define TINYC_PASSES_PRUNING_PIPELINE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "passes/pass_manager.h"

namespace tinyc {

// The options of the pass prune that `text` stands for: the share of the
// weights that become zero (80%) or a pattern (2:4), and others after it
// (80%,block=1x4,method=magnitude); or those of prune-channels, which begin
// with the share that is left (macs=50%, time=50%, ...).  `calibration`: .npz
// or .npy file, or a folder of them.
absl::StatusOr<PassOptions> ParsePruneText(absl::string_view text,
                                           const std::string& calibration);

// From a model as it is imported to the pruned one, at [graph]; what
// makes integers or forms of it comes next.
Pipeline PrunePipeline(const PassOptions& options);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_PIPELINE_H_
