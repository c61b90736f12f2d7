// SPDX-License-Identifier: Apache-2.0
// What the importers of If and Loop share.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_CONTROL_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_CONTROL_H_

#include <memory>
#include <vector>

#include "frontends/onnx/nested_graphs.h"
#include "frontends/onnx/node.h"

namespace tinyc {

// The bool that decides: a constant, or a value.
struct Condition {
  std::shared_ptr<const Tensor> known;  // null: decided at run time
  Value* value = nullptr;
};
absl::StatusOr<Condition> ReadCondition(OnnxNode& node, size_t i);

// Adds a node with regions, whose results are these outputs of `node`.
absl::Status AddControl(OnnxNode& node, std::unique_ptr<const Op> op,
                        std::vector<Value*> inputs,
                        std::vector<std::shared_ptr<Graph>> regions,
                        const std::vector<size_t>& outputs);

// Sets the outputs of `node` to results that were imported in place.
void SetOutputs(OnnxNode& node, const std::vector<Binding>& results);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_CONTROL_H_
