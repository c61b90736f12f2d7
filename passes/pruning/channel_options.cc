// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/channel_options.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tinyc {
namespace {

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

template <typename T>
absl::Status ReadAttr(const PassOptions& options, absl::string_view name,
                      T* value) {
  const std::string text = options.Get(name, AttrText(*value));
  if (ParseAttr(text, value)) return absl::OkStatus();
  return Invalid("\"", text, "\" is not a value of ", name);
}

}  // namespace

std::vector<absl::string_view> ChannelPruneOptionNames() {
  return {"macs",   "weights", "time",   "importance",
          "repair", "rounds",  "shapes", "multiple"};
}

absl::StatusOr<ChannelPruneOptions> ReadChannelPruneOptions(
    const PassOptions& options) {
  ChannelPruneOptions read;
  ModelCost& left = read.left;
  TINYC_RETURN_IF_ERROR(ReadShare(options, "macs", &left.macs));
  TINYC_RETURN_IF_ERROR(ReadShare(options, "weights", &left.weights));
  TINYC_RETURN_IF_ERROR(ReadShare(options, "time", &left.time));
  if (left.macs == 1 && left.weights == 1 && left.time == 1) {
    return Invalid(
        "prune-channels wants macs=50%, weights=50% or time=50%, the share to "
        "be left");
  }
  TINYC_RETURN_IF_ERROR(ReadAttr(options, "importance", &read.importance));
  TINYC_RETURN_IF_ERROR(ReadAttr(options, "repair", &read.repair));
  TINYC_RETURN_IF_ERROR(ReadAttr(options, "shapes", &read.shapes));
  int64_t rounds = 0;
  TINYC_RETURN_IF_ERROR(ReadAttr(options, "rounds", &rounds));
  if (rounds < 0 || rounds > 100) return Invalid("rounds is 0 to 100");
  read.rounds = static_cast<size_t>(rounds);
  int64_t multiple = static_cast<int64_t>(read.multiple);
  TINYC_RETURN_IF_ERROR(ReadAttr(options, "multiple", &multiple));
  if (multiple < 1 || multiple > 64) return Invalid("multiple is 1 to 64");
  read.multiple = static_cast<size_t>(multiple);
  return read;
}

}  // namespace tinyc
