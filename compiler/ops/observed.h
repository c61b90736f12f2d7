// SPDX-License-Identifier: Apache-2.0
// A value whose range is known from samples.
#ifndef TINYC_COMPILER_OPS_OBSERVED_H_
#define TINYC_COMPILER_OPS_OBSERVED_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// In what a value, or the weights of a layer, are to be stored; kAny: as the
// rest of the model.
enum class Storage { kAny, kInt4, kInt8, kInt16, kFloat };
template <>
struct EnumNames<Storage> {
  static constexpr absl::string_view kNames[] = {"any", "int4", "int8", "int16",
                                                 "float"};
};

// y = x, whose elements lay between `min` and `max` on calibration samples.
// calibrate adds it, choose-formats says how it is to be stored, quantize takes
// it away; at run time y is the bytes of x.
struct Observed final : OpBase<Observed> {
  static constexpr absl::string_view kName = "observed";
  static constexpr Operand kOperands[] = {{"x"}};

  float min = 0;
  float max = 0;
  Storage as = Storage::kAny;

  static constexpr auto kAttrs =
      std::tuple{Attr{"min", &Observed::min}, Attr{"max", &Observed::max},
                 Attr{"as", &Observed::as}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_OBSERVED_H_
