// SPDX-License-Identifier: Apache-2.0
// Names of the kernel families of plain numbers.
#ifndef TINYC_COMPILER_OPS_PLAIN_FAMILY_H_
#define TINYC_COMPILER_OPS_PLAIN_FAMILY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/type.h"

namespace tinyc {

// "exp" and f64: "exp_f64".  Such functions have kernels for f32, f64, bool and
// integers of at least 8 bits.
absl::StatusOr<std::string> PlainFamily(absl::string_view stem, DType dtype);

// The same for a function that only looks at bits: the kernels of unsigned
// integers serve all of their width.
absl::StatusOr<std::string> BitsFamily(absl::string_view stem, DType dtype);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_PLAIN_FAMILY_H_
