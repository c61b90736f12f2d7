// SPDX-License-Identifier: Apache-2.0
// The kernel calls that do what another does, with its weights compressed.
#ifndef TINYC_COMPILER_LOWERING_COMPRESSED_WEIGHTS_H_
#define TINYC_COMPILER_LOWERING_COMPRESSED_WEIGHTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/kernel.h"
#include "compiler/ir/module.h"
#include "compiler/ir/target.h"
#include "compiler/targets/compress.h"

namespace tinyc {

// `call`, of conv2d_s8, dense_s8 or their like with 4-bit weights, as Op::Lower
// made it, with its weights in `format`.  Nothing where the format does not
// take them: weights that are not constant or have zero points, groups, columns
// that are spread out.
std::optional<KernelCall> WithWeights(const KernelCall& call,
                                      WeightFormat format);

// The format that kernels of `family` read, if it is one of these.
std::optional<WeightFormat> WeightFormatOf(absl::string_view family);

// A way to store the weights of one call.
struct WeightForm {
  WeightFormat format;
  LoweredCall lowered;
  int64_t bytes = 0;
  // Estimated time relative to that of the fastest kernel for a byte each.
  double slowdown = 0;
};

// All forms of the weights of `dense`, which is not packed yet, that `target`
// has kernels for.
std::vector<WeightForm> WeightForms(const LoweredCall& dense,
                                    const Target& target);

// The bytes of the weights of a call that is not packed yet and has forms.
int64_t WeightBytes(const KernelCall& call);

}  // namespace tinyc

#endif  // TINYC_COMPILER_LOWERING_COMPRESSED_WEIGHTS_H_
