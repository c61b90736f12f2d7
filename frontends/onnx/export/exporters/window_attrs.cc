// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/export/exporters/window_attrs.h"

#include <algorithm>

namespace tinyc {

std::vector<OnnxAttr> WindowAttrsOf(const Window& window) {
  std::vector<OnnxAttr> attrs = {{"kernel_shape", window.kernel}};
  const auto add = [&](absl::string_view name, const std::vector<int64_t>& list,
                       int64_t otherwise) {
    if (std::any_of(list.begin(), list.end(),
                    [&](int64_t entry) { return entry != otherwise; })) {
      attrs.push_back({name, list});
    }
  };
  add("strides", window.strides, 1);
  add("pads", window.pads, 0);
  add("dilations", window.dilations, 1);
  if (window.ceil_mode) attrs.push_back({"ceil_mode", int64_t{1}});
  return attrs;
}

void CheckLayout(ExportNode& node, Layout layout) {
  if (layout == Layout::kNchw) return;
  node.Refuse(
      Unimplemented("in ONNX the channels come first; end the passes with "
                    "channels-first"));
}

}  // namespace tinyc
