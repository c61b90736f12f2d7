// SPDX-License-Identifier: Apache-2.0
// The attributes that ONNX's operators over windows share.
#ifndef TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_WINDOW_ATTRS_H_
#define TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_WINDOW_ATTRS_H_

#include <vector>

#include "compiler/ops/window.h"
#include "frontends/onnx/export/export_node.h"

namespace tinyc {

// kernel_shape, and strides, pads, dilations and ceil_mode where they are not
// the default: onnxruntime's QLinearAveragePool knows no dilations.
std::vector<OnnxAttr> WindowAttrsOf(const Window& window);

// Refuses channels that come last.
void CheckLayout(ExportNode& node, Layout layout);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXPORT_EXPORTERS_WINDOW_ATTRS_H_
