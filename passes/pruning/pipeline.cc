// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/pipeline.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "passes/pruning/options.h"

namespace tinyc {

absl::StatusOr<PassOptions> ParsePruneText(absl::string_view text,
                                           const std::string& calibration) {
  std::map<std::string, std::string> values;
  for (const absl::string_view item : absl::StrSplit(text, ',')) {
    std::pair<std::string, std::string> option =
        absl::StrSplit(item, absl::MaxSplits('=', 1));
    if (!absl::StrContains(item, '=')) {
      option = {absl::StrContains(item, ':') ? "pattern" : "sparsity",
                std::string(item)};
    }
    if (!values.insert(option).second) {
      return Invalid(option.first, " is given twice");
    }
  }
  std::vector<absl::string_view> known = PruneOptionNames();
  known.push_back("samples");
  PassOptions options(values);
  TINYC_RETURN_IF_ERROR(options.CheckKnown(known));
  TINYC_RETURN_IF_ERROR(ReadPruneOptions(options).status());
  // The file is not part of the text: a path may hold what is syntax there.
  values["data"] = calibration;
  return PassOptions(std::move(values));
}

Pipeline PrunePipeline(const PassOptions& options) {
  absl::StatusOr<Pipeline> pipeline = ParsePipeline("clean,fuse,layout");
  TINYC_CHECK(pipeline.ok());
  pipeline->push_back({FindPass("prune"), options});
  return *std::move(pipeline);
}

}  // namespace tinyc
