// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/verify.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace tinyc {

absl::Status VerifyType(const TensorType& type) {
  for (const int64_t dim : type.shape) {
    if (dim < 0) return Internal("the dimension ", dim, " is negative");
  }
  if (!type.quantized()) return absl::OkStatus();
  const Quant& quant = *type.quant;
  if (!IsInteger(type.dtype)) {
    return Internal("a quantized tensor stores integers, not ",
                    InfoOf(type.dtype).text);
  }
  if (!quant.per_tensor() && (quant.axis < 0 || quant.axis >= type.rank())) {
    return Internal("quantization axis ", quant.axis, " is outside the shape");
  }
  size_t count = 1;
  if (!quant.per_tensor() && quant.block == 0) {
    count = static_cast<size_t>(type.shape[static_cast<size_t>(quant.axis)]);
  } else if (quant.block != 0) {
    count = type.num_elements() == 0
                ? 0
                : QuantIndex(type, type.num_elements() - 1) + 1;
  }
  if (quant.scale.size() != count || quant.zero_point.size() != count) {
    return Internal("quantization has ", quant.scale.size(), " scales and ",
                    quant.zero_point.size(), " zero points, not ", count);
  }
  for (size_t i = 0; i < count; ++i) {
    // Blocks of weights may have negative scales; only dequantize reads them.
    if (!std::isfinite(quant.scale[i]) || quant.scale[i] == 0 ||
        (quant.scale[i] < 0 && quant.block == 0)) {
      return Internal("scale ", quant.scale[i], " is not a positive number");
    }
    if (InfoOf(type.dtype).bits <= 16 &&
        (quant.zero_point[i] < MinOf(type.dtype) ||
         quant.zero_point[i] > MaxOf(type.dtype))) {
      return Internal("zero point ", quant.zero_point[i], " is not a ",
                      InfoOf(type.dtype).text);
    }
  }
  return absl::OkStatus();
}

namespace {

class GraphVerifier {
 public:
  explicit GraphVerifier(const Graph& graph) : graph_(graph) {}

  absl::Status Run() {
    for (const Value* input : graph_.inputs()) {
      if (input->producer() != nullptr || input->constant() != nullptr) {
        return Internal("input %", input->name(), " has a producer");
      }
      TINYC_RETURN_IF_ERROR(Define(*input));
    }
    for (const auto& node : graph_.nodes()) {
      const absl::Status status = VerifyNode(*node);
      if (!status.ok()) {
        return WithLoc(Prefixed(absl::StrCat(node->op().name(), ": "), status),
                       *node);
      }
    }
    for (size_t i = 0; i < graph_.outputs().size(); ++i) {
      TINYC_RETURN_IF_ERROR(
          Count(graph_.outputs()[i], {nullptr, static_cast<int>(i)}));
    }
    for (const auto& [value, count] : uses_) {
      if (value->uses().size() != count) {
        return Internal("%", value->name(), " lists ", value->uses().size(),
                        " uses and has ", count);
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Define(const Value& value) {
    if (!names_.insert(value.name()).second) {
      return Internal("two values are named %", value.name());
    }
    uses_[&value] += 0;
    return Prefixed(absl::StrCat("%", value.name(), ": "),
                    VerifyType(value.type()));
  }

  // Counts a use of `value`, which must be defined by now.
  absl::Status Count(const Value* value, const Use& use) {
    if (!uses_.contains(value)) {
      if (value->constant() == nullptr) {
        return Internal("%", value->name(), " is used before it is computed");
      }
      TINYC_RETURN_IF_ERROR(Define(*value));
      if (!(value->constant()->type() == value->type())) {
        return Internal("constant %", value->name(), " has another type");
      }
    }
    ++uses_[value];
    if (std::find(value->uses().begin(), value->uses().end(), use) ==
        value->uses().end()) {
      return Internal("%", value->name(), " does not list a use");
    }
    return absl::OkStatus();
  }

  absl::Status VerifyNode(const Node& node) {
    std::vector<const TensorType*> in;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const Value* value = node.input(i);
      in.push_back(value == nullptr ? nullptr : &value->type());
      if (value != nullptr) {
        TINYC_RETURN_IF_ERROR(
            Count(value, {&const_cast<Node&>(node), static_cast<int>(i)}));
      }
    }
    in.resize(std::max(in.size(), node.op().min_operands()), nullptr);
    std::vector<ElemType> want;
    for (size_t i = 0; i < node.outputs().size(); ++i) {
      const Value& output = *node.output(i);
      if (output.producer() != &node ||
          output.output_index() != static_cast<int>(i)) {
        return Internal("output %", output.name(), " has another producer");
      }
      want.push_back(output.type().elem());
      TINYC_RETURN_IF_ERROR(Define(output));
    }
    std::vector<const Graph*> regions;
    for (const auto& region : node.regions()) {
      TINYC_RETURN_IF_ERROR(GraphVerifier(*region).Run());
      regions.push_back(region.get());
    }
    const absl::StatusOr<std::vector<TensorType>> types =
        node.op().InferTypes({.in = in, .want = want, .regions = regions});
    if (!types.ok()) return Internal(types.status().message());
    if (types->size() != node.outputs().size()) {
      return Internal("has ", node.outputs().size(), " outputs, not ",
                      types->size());
    }
    for (size_t i = 0; i < types->size(); ++i) {
      if (!((*types)[i] == node.output(i)->type())) {
        return Internal("%", node.output(i)->name(), " has type ",
                        ToString(node.output(i)->type()), ", not ",
                        ToString((*types)[i]));
      }
    }
    return absl::OkStatus();
  }

  const Graph& graph_;
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_map<const Value*, size_t> uses_;
};

// The tables beside a graph, and those beside its regions.
absl::Status VerifyTables(const Module& module) {
  if (module.stage >= Stage::kLowered) {
    if (!module.lowering ||
        module.lowering->revision != module.graph->revision()) {
      return Internal("the graph has changed since its kernels were chosen");
    }
    for (const auto& node : module.graph->nodes()) {
      if (!module.lowering->calls.contains(node.get())) {
        return WithLoc(Internal("no kernel was chosen"), *node);
      }
    }
  }
  if (module.stage >= Stage::kPlanned) {
    if (!module.plan || module.plan->revision != module.graph->revision()) {
      return Internal("the graph has changed since its memory was planned");
    }
  }
  if (module.stage == Stage::kGraph) return absl::OkStatus();
  for (const auto& node : module.graph->nodes()) {
    for (const auto& region : node->regions()) {
      const auto body = module.bodies.find(region.get());
      if (body == module.bodies.end() || body->second->graph != region ||
          body->second->stage != module.stage) {
        return WithLoc(Internal("a region was not lowered with its node"),
                       *node);
      }
      TINYC_RETURN_IF_ERROR(VerifyTables(*body->second));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(const Module& module) {
  TINYC_RETURN_IF_ERROR(GraphVerifier(*module.graph).Run());
  return VerifyTables(module);
}

}  // namespace tinyc
