// SPDX-License-Identifier: Apache-2.0
// Constants that need not be stored.
#ifndef TINYC_PASSES_UNIFORM_H_
#define TINYC_PASSES_UNIFORM_H_

#include "compiler/ir/tensor.h"

namespace tinyc {

// Whether all elements are equal, and so many that fill-uniform computes them.
bool IsLargeUniform(const Tensor& tensor);

}  // namespace tinyc

#endif  // TINYC_PASSES_UNIFORM_H_
