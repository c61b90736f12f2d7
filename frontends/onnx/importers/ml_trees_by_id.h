// SPDX-License-Identifier: Apache-2.0
// Trees whose nodes, leaves among them, are named by the number of their tree
// and a number in it: ai.onnx.ml TreeEnsembleRegressor, TreeEnsembleClassifier.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_BY_ID_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_BY_ID_H_

#include <optional>
#include <string>
#include <vector>

#include "frontends/onnx/importers/ml_trees.h"

namespace tinyc {

// The attributes nodes_*, <votes>_* ("target", "class") and base_values.  All
// numbers are floats, or doubles when x or one of the attributes has these.
struct TreesById {
  Value* x = nullptr;  // [N, F]
  Trees trees;
  std::vector<double> base_values;
};
absl::StatusOr<TreesById> ReadTreesById(OnnxNode& node,
                                        const std::string& votes);

// `scores` plus the base values, which may be none.
absl::StatusOr<Value*> AddBaseValues(OnnxNode& node, Value* scores,
                                     const std::vector<double>& base_values);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_ML_TREES_BY_ID_H_
