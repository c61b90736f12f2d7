// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_options.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "passes/pruning/option_values.h"

namespace tinyc {
namespace {

constexpr size_t kMostRounds = 100;
constexpr size_t kGreatestMultiple = 64;

absl::Status ReadShare(const PassOptions& options, absl::string_view name,
                       double* share) {
  if (!options.Has(name)) return absl::OkStatus();
  const std::string given = options.Get(name, "");
  absl::string_view text = given;
  double percent = 0;
  if (!absl::ConsumeSuffix(&text, "%") || !absl::SimpleAtod(text, &percent) ||
      !(percent > 0 && percent <= 100)) {
    return Invalid(name,
                   " is a share of the model to be left, like 50%, not \"",
                   given, "\"");
  }
  *share = percent / 100;
  return absl::OkStatus();
}

}  // namespace

std::vector<absl::string_view> ChannelPruneOptionNames() {
  return {"macs",   "weights", "time",   "ram",     "importance",
          "repair", "rounds",  "shapes", "multiple"};
}

absl::StatusOr<ChannelPruneOptions> ReadChannelPruneOptions(
    const PassOptions& options) {
  ChannelPruneOptions read;
  ModelCost& left = read.left;
  TINYC_RETURN_IF_ERROR(ReadShare(options, "macs", &left.macs));
  TINYC_RETURN_IF_ERROR(ReadShare(options, "weights", &left.weights));
  TINYC_RETURN_IF_ERROR(ReadShare(options, "time", &left.time));
  TINYC_RETURN_IF_ERROR(ReadShare(options, "ram", &left.ram));
  if (left.macs == 1 && left.weights == 1 && left.time == 1 && left.ram == 1) {
    return Invalid(
        "prune-channels wants macs=50%, weights=50%, time=50% or ram=50%, the "
        "share to be left");
  }
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "importance", &read.importance));
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "repair", &read.repair));
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "shapes", &read.shapes));
  TINYC_RETURN_IF_ERROR(ReadCount(
      options, "rounds", {.least = 0, .most = kMostRounds}, &read.rounds));
  TINYC_RETURN_IF_ERROR(ReadCount(options, "multiple",
                                  {.least = 1, .most = kGreatestMultiple},
                                  &read.multiple));
  return read;
}

}  // namespace tinyc
