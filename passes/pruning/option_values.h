// SPDX-License-Identifier: Apache-2.0
// Reading the options of passes that prune.
#ifndef TINYC_PASSES_PRUNING_OPTION_VALUES_H_
#define TINYC_PASSES_PRUNING_OPTION_VALUES_H_

#include <cstddef>
#include <string>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/attr.h"
#include "passes/pass.h"

namespace tinyc {

// One of the names of an enum, or what `choice` was if there is no such option.
template <typename T>
absl::Status ReadChoice(const PassOptions& options, absl::string_view key,
                        T* choice) {
  if (!options.Has(key)) return absl::OkStatus();
  const std::string text = options.Get(key, "");
  if (ParseAttr(text, choice)) return absl::OkStatus();
  return Invalid(key, " is one of ", absl::StrJoin(EnumNames<T>::kNames, ", "),
                 ", not \"", text, "\"");
}

struct CountLimits {
  size_t least = 1;
  size_t most = 1;
};
// A whole number, likewise.
absl::Status ReadCount(const PassOptions& options, absl::string_view key,
                       CountLimits limits, size_t* count);

}  // namespace tinyc

#endif  // TINYC_PASSES_PRUNING_OPTION_VALUES_H_
