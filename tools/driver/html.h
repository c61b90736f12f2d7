// SPDX-License-Identifier: Apache-2.0
#ifndef TINYC_TOOLS_DRIVER_HTML_H_
#define TINYC_TOOLS_DRIVER_HTML_H_

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace tinyc {

// `text` as the text of an HTML element or a quoted attribute.
inline std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace tinyc

#endif  // TINYC_TOOLS_DRIVER_HTML_H_
