// SPDX-License-Identifier: Apache-2.0
// What the operators of ai.onnx.ml share: rows of features as their input,
// scores and labels as their outputs.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_ML_SCORES_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_ML_SCORES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "frontends/onnx/node.h"

namespace tinyc {

// Operand 0 as rows of floats, [N, F]: numbers of another type become f32.
absl::StatusOr<Value*> Features(OnnxNode& node);

// The scores [N, E] after the function that the attribute post_transform
// names.
absl::StatusOr<Value*> PostTransform(OnnxNode& node, Value* scores,
                                     const std::string& name);

// The labels of a classifier, one for each class: the attribute `ints`, or the
// numbers of the classes where the attribute `strings` has their names and no
// one asks for them.
absl::StatusOr<std::vector<int64_t>> ReadLabels(OnnxNode& node,
                                                absl::string_view ints,
                                                absl::string_view strings);

// labels[index], where `index` is s64.
absl::StatusOr<Value*> EmitLabels(OnnxNode& node, Value* index,
                                  const std::vector<int64_t>& labels);
// Of the class with the greatest of the scores [N, E], the first if several.
absl::StatusOr<Value*> GreatestLabel(OnnxNode& node, Value* scores,
                                     const std::vector<int64_t>& labels);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_ML_SCORES_H_
