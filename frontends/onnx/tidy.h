// SPDX-License-Identifier: Apache-2.0
// What importing node by node leaves behind in the graph, put in order.
#ifndef TINYC_FRONTENDS_ONNX_TIDY_H_
#define TINYC_FRONTENDS_ONNX_TIDY_H_

#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// Gives graph inputs of plain integers the quantization that their users see,
// when all see the same one, so that the model's interface tells it.
absl::Status QuantizeInputs(Graph& graph);

// Erases nodes whose results nothing uses, such as the dequantized form of a
// weight that was transposed.
void EraseUnused(Graph& graph);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_TIDY_H_
