// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/pipeline.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "passes/pruning/channel_options.h"
#include "passes/pruning/options.h"

namespace tinyc {
namespace {

// Whether the options are those of prune-channels, not of prune.
bool TakesChannels(const PassOptions& options) {
  return options.Has("macs") || options.Has("weights") || options.Has("time") ||
         options.Has("ram");
}

}  // namespace

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
  PassOptions options(values);
  const bool channels = TakesChannels(options);
  std::vector<absl::string_view> known =
      channels ? ChannelPruneOptionNames() : PruneOptionNames();
  known.push_back("samples");
  TINYC_RETURN_IF_ERROR(options.CheckKnown(known));
  TINYC_RETURN_IF_ERROR(channels ? ReadChannelPruneOptions(options).status()
                                 : ReadPruneOptions(options).status());
  // The file is not part of the text: a path may hold what is syntax there.
  values["data"] = calibration;
  return PassOptions(std::move(values));
}

Pipeline PrunePipeline(const PassOptions& options) {
  absl::StatusOr<Pipeline> pipeline = ParsePipeline("clean,fuse,layout");
  TINYC_CHECK(pipeline.ok());
  pipeline->push_back(
      {FindPass(TakesChannels(options) ? "prune-channels" : "prune"), options});
  return *std::move(pipeline);
}

}  // namespace tinyc
