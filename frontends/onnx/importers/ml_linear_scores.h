// SPDX-License-Identifier: Apache-2.0
// Linear functions of features, whose weights are attributes.
#ifndef TINYC_FRONTENDS_ONNX_IMPORTERS_ML_LINEAR_SCORES_H_
#define TINYC_FRONTENDS_ONNX_IMPORTERS_ML_LINEAR_SCORES_H_

#include "frontends/onnx/node.h"

namespace tinyc {

// x * coefficients' + intercepts as floats, [N, count]: the attribute
// `coefficients` has a row of weights for each of `count` scores, and
// `intercepts` one number each or nothing.
absl::StatusOr<Value*> LinearScores(OnnxNode& node, int64_t count);

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_IMPORTERS_ML_LINEAR_SCORES_H_
