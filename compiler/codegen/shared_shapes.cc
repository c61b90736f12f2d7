// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/shared_shapes.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/lowering/row_schedule.h"

namespace tinyc {
namespace {

// A function for several shapes takes about as many bytes as so many for one.
constexpr size_t kLeastShapes = 3;

// Equal for shapes of one type that differ in sizes only.
std::string ShapeClass(const Block& shape) {
  std::string text;
  for (const BlockField& field : shape.fields()) {
    const bool decides = absl::StrContains(field.name, "stride") ||
                         absl::StartsWith(field.name, "kernel") ||
                         absl::StartsWith(field.name, "pad") ||
                         absl::StartsWith(field.name, "dilation") ||
                         absl::StartsWith(field.name, "rank");
    if (decides) absl::StrAppend(&text, absl::StrJoin(field.values, ","), ";");
  }
  return text;
}

}  // namespace

const std::string& ShapeParam::ValueOf(const Block& shape) const {
  return shape.fields()[elements[0].field].values[elements[0].index];
}

std::vector<ShapeParam> ParamsOf(absl::Span<const Block> shapes) {
  std::vector<ShapeParam> params;
  const std::vector<BlockField>& fields = shapes[0].fields();
  for (size_t field = 0; field < fields.size(); ++field) {
    for (size_t index = 0; index < fields[field].values.size(); ++index) {
      ShapeParam param{std::string(fields[field].name), {{field, index}}};
      const auto equals = [&](const ShapeParam& other) {
        return std::all_of(
            shapes.begin(), shapes.end(), [&](const Block& shape) {
              return other.ValueOf(shape) == param.ValueOf(shape);
            });
      };
      const bool constant =
          std::all_of(shapes.begin(), shapes.end(), [&](const Block& shape) {
            return param.ValueOf(shape) == param.ValueOf(shapes[0]);
          });
      if (constant) continue;
      const auto known = std::find_if(params.begin(), params.end(), equals);
      if (known != params.end()) {
        known->elements.push_back(param.elements[0]);
        continue;
      }
      if (fields[field].array) absl::StrAppend(&param.name, "_", index);
      params.push_back(std::move(param));
    }
  }
  return params;
}

SharedShapes::Key SharedShapes::KeyOf(const LoweredCall& lowered) {
  return {lowered.kernel, NullsOf(lowered.call),
          ShapeClass(lowered.call.shape)};
}

void SharedShapes::Add(const Module& module) {
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      Add(*module.bodies.at(region.get()));
    }
    // What goes row by row has functions of its own.
    if (StreamOf(*module.plan, *node) != nullptr) continue;
    for (const LoweredCall& lowered : module.lowering->calls.at(node.get())) {
      if (lowered.kernel == nullptr) continue;
      std::vector<Block>& shapes = shapes_[KeyOf(lowered)];
      if (std::count(shapes.begin(), shapes.end(), lowered.call.shape) == 0) {
        shapes.push_back(lowered.call.shape);
      }
    }
  }
}

absl::Span<const Block> SharedShapes::Of(const LoweredCall& lowered) const {
  const auto found = shapes_.find(KeyOf(lowered));
  if (found == shapes_.end() || found->second.size() < kLeastShapes) return {};
  return found->second;
}

std::string NullsOf(const KernelCall& call) {
  std::string nulls;
  for (const KernelArg& arg : call.args) {
    nulls += arg.kind == KernelArg::Kind::kNull ? '0' : '1';
  }
  return nulls;
}

}  // namespace tinyc
