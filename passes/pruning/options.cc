// SPDX-License-Identifier: Apache-2.0
#include "passes/pruning/options.h"

#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "passes/pruning/option_values.h"

namespace tinyc {
namespace {

constexpr size_t kGreatestBlock = 16;
constexpr size_t kMostRounds = 100;

// A whole number from 1 to `most`.
bool ParseCount(absl::string_view text, size_t most, size_t* count) {
  return absl::SimpleAtoi(text, count) && *count > 0 && *count <= most;
}

absl::Status ReadSparsity(absl::string_view text, double* share) {
  absl::string_view number = text;
  const bool percent = absl::ConsumeSuffix(&number, "%");
  if (absl::SimpleAtod(number, share) && std::isfinite(*share)) {
    if (percent) *share /= 100;
    if (*share > 0 && *share < 1) return absl::OkStatus();
  }
  return Invalid("sparsity is the share of weights that become 0, between 0 % ",
                 "and 100 %, as in 80%, not \"", text, "\"");
}

absl::Status ReadPattern(absl::string_view text, Pattern* pattern) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  if (ParseCount(parts.second, kGreatestBlock, &pattern->of) &&
      ParseCount(parts.first, pattern->of, &pattern->keep) &&
      pattern->keep < pattern->of) {
    return absl::OkStatus();
  }
  return Invalid(
      "pattern is how many of each few neighbours stay, as in 2:4, of at most ",
      kGreatestBlock, ", not \"", text, "\"");
}

absl::Status ReadBlock(absl::string_view text, Pattern* pattern) {
  absl::string_view number = text;
  if (absl::ConsumePrefix(&number, "1x") &&
      ParseCount(number, kGreatestBlock, &pattern->block)) {
    return absl::OkStatus();
  }
  return Invalid("block is 1xN with N from 1 to ", kGreatestBlock,
                 ", as in 1x4, not \"", text, "\"");
}

}  // namespace

std::vector<absl::string_view> PruneOptionNames() {
  return {"sparsity",   "pattern", "block",  "method",
          "allocation", "repair",  "layers", "rounds"};
}

absl::StatusOr<PruneOptions> ReadPruneOptions(const PassOptions& options) {
  PruneOptions read;
  if (options.Has("pattern")) {
    if (options.Has("sparsity") || options.Has("block")) {
      return Invalid(
          "pattern says how many weights go; it excludes sparsity and block");
    }
    TINYC_RETURN_IF_ERROR(
        ReadPattern(options.Get("pattern", ""), &read.pattern));
    read.sparsity = 1 - static_cast<double>(read.pattern.keep) /
                            static_cast<double>(read.pattern.of);
  } else if (options.Has("sparsity")) {
    TINYC_RETURN_IF_ERROR(
        ReadSparsity(options.Get("sparsity", ""), &read.sparsity));
  } else {
    return Invalid("the option sparsity=80% or pattern=2:4 is missing");
  }
  if (options.Has("block")) {
    TINYC_RETURN_IF_ERROR(ReadBlock(options.Get("block", ""), &read.pattern));
  }
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "method", &read.method));
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "allocation", &read.allocation));
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "repair", &read.repair));
  TINYC_RETURN_IF_ERROR(ReadChoice(options, "layers", &read.layers));
  TINYC_RETURN_IF_ERROR(ReadCount(
      options, "rounds", {.least = 1, .most = kMostRounds}, &read.rounds));
  return read;
}

double ShareAfter(const PruneOptions& options, size_t round) {
  const double left =
      1 - static_cast<double>(round) / static_cast<double>(options.rounds);
  return options.sparsity * (1 - left * left * left);
}

}  // namespace tinyc
