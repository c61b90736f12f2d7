// SPDX-License-Identifier: Apache-2.0
// Several elementwise operators as one node, which one loop computes.
#ifndef TINYC_COMPILER_OPS_MAP_H_
#define TINYC_COMPILER_OPS_MAP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "compiler/ir/op.h"

namespace tinyc {

// An operator applied to operands of the map (0, 1, ...) or to the results of
// steps before it, which are numbered behind the operands.
struct MapStep {
  std::shared_ptr<const Op> op;
  std::vector<int64_t> operands;
  bool operator==(const MapStep& other) const {
    return operands == other.operands && op->Equals(*other.op);
  }
};

// "sigmoid 0; mul 0 1 {...}": name, operands, attributes.
std::string AttrText(const std::vector<MapStep>& steps);
bool ParseAttr(absl::string_view text, std::vector<MapStep>* steps);

// y = the result of the last step.  The steps compute element by element, with
// broadcasting as in numpy, on plain numbers; each result is rounded to its
// type as if it were stored.
struct Map final : OpBase<Map> {
  static constexpr absl::string_view kName = "map";
  static constexpr Operand kOperands[] = {{"xs", Operand::Mode::kVariadic}};

  std::vector<MapStep> steps;

  static constexpr auto kAttrs = std::tuple{Attr{"steps", &Map::steps}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The tc_map_shape of operands with these shapes and a result of shape `y`; an
// error when no two loops walk over them all.
absl::StatusOr<Block> MapShape(absl::Span<const Shape* const> operands,
                               const Shape& y);

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_MAP_H_
