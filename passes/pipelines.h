// SPDX-License-Identifier: Apache-2.0
// Presets: names for more pipeline text.
#ifndef TINYC_PASSES_PIPELINES_H_
#define TINYC_PASSES_PIPELINES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tinyc {

struct Preset {
  absl::string_view name;     // never that of a pass
  absl::string_view text;     // pipeline text; may name other presets
  absl::string_view summary;  // one line for --list-passes
};

absl::Span<const Preset> AllPresets();
// The text of a preset, or nullopt when there is none of that name.
std::optional<absl::string_view> PresetText(absl::string_view name);

}  // namespace tinyc

#endif  // TINYC_PASSES_PIPELINES_H_
