// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/checked_layers.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/map.h"
#include "compiler/ops/quantize.h"

namespace tinyc {
namespace {

bool IsFloatValue(const Value* value) {
  return value != nullptr && IsFloat(value->type().dtype);
}

bool HasFloats(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    for (const Value* output : node->outputs()) {
      if (IsFloatValue(output)) return true;
    }
    for (const auto& region : node->regions()) {
      if (HasFloats(*region)) return true;
    }
  }
  return false;
}

// Whether floats may be rounded inside of `node`, between its operands and its
// results.
bool ComputesInFloats(const Node& node) {
  for (const auto& region : node.regions()) {
    if (HasFloats(*region)) return true;
  }
  if (const Map* map = node.As<Map>()) {
    return std::any_of(
        map->steps.begin(), map->steps.end(),
        [](const MapStep& step) { return step.op->name() == Cast::kName; });
  }
  return false;
}

// Whether one rounding at most, which IEEE 754 fixes, leads from the operands
// of `node` to its floats.
bool MakesExactFloats(const Node& node) {
  return node.As<Dequantize>() != nullptr ||
         node.op().Quantization().kind == QuantRule::Kind::kSameScale;
}

class ExactValues {
 public:
  explicit ExactValues(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
      const bool exact_operands = std::all_of(
          node->inputs().begin(), node->inputs().end(),
          [&](const Value* value) { return !inexact_.contains(value); });
      const bool exact = exact_operands && !ComputesInFloats(*node);
      for (const Value* output : node->outputs()) {
        if (!exact || (IsFloatValue(output) && !MakesExactFloats(*node))) {
          inexact_.insert(output);
        }
      }
    }
  }

  CheckKind KindOf(const Value& value) const {
    if (!inexact_.contains(&value)) return CheckKind::kBits;
    const DType dtype = value.type().dtype;
    return dtype == DType::kF32 || dtype == DType::kF64 ? CheckKind::kSum
                                                        : CheckKind::kNone;
  }

 private:
  absl::flat_hash_set<const Value*> inexact_;
};

bool RunsKernels(const Module& module, const Node& node) {
  if (!node.regions().empty()) return true;
  const auto& calls = module.lowering->calls.at(&node);
  return std::any_of(calls.begin(), calls.end(), [](const LoweredCall& call) {
    return call.kernel != nullptr;
  });
}

CheckedLayer LayerOf(const Module& module, const Node& node,
                     const ExactValues& exact) {
  CheckedLayer layer;
  layer.node = &node;
  layer.kind = CheckKind::kNone;
  for (const Value* output : node.outputs()) {
    if (output == nullptr || !module.plan->values.contains(output) ||
        output->type().bytes() == 0) {
      continue;
    }
    const CheckKind kind = exact.KindOf(*output);
    if (kind == CheckKind::kNone) continue;
    if (!layer.results.empty() &&
        (kind != layer.kind ||
         (kind == CheckKind::kSum &&
          output->type().dtype != layer.results[0]->type().dtype))) {
      continue;
    }
    layer.kind = kind;
    layer.results.push_back(output);
  }
  return layer;
}

// The bytes of the result of the stream's layer `n`, in the order in which a
// window has them.
std::vector<ByteRange> RowsOfWindow(const RowSchedule& schedule, size_t n) {
  std::vector<ByteRange> rows;
  const RowCall& call = schedule.calls[n];
  for (const RowSchedule::Step& step : schedule.steps) {
    if (step.node != n) continue;
    const RowRange& columns =
        schedule.columns[static_cast<size_t>(step.strip)][n];
    const int64_t row = schedule.RowOf(step) * call.row_bytes;
    rows.push_back({row + columns.first * call.column_bytes(),
                    row + columns.last * call.column_bytes()});
  }
  return rows;
}

absl::Status AddRows(const Module& module, std::vector<CheckedLayer>& layers) {
  for (const Stream& stream : module.plan->streams) {
    const std::optional<RowSchedule> schedule = ScheduleRows(module, stream);
    if (!schedule) return Internal("the stream does not run by rows");
    for (CheckedLayer& layer : layers) {
      const auto node =
          std::find(stream.nodes.begin(), stream.nodes.end(), layer.node);
      if (node == stream.nodes.end()) continue;
      const size_t n = static_cast<size_t>(node - stream.nodes.begin());
      if (module.plan->values.at(schedule->calls[n].result).rows > 0) {
        layer.rows = RowsOfWindow(*schedule, n);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedLayers> LayersToCheck(const Module& module) {
  const ExactValues exact(*module.graph);
  CheckedLayers checked;
  for (const auto& node : module.graph->nodes()) {
    if (!RunsKernels(module, *node)) continue;
    CheckedLayer layer = LayerOf(module, *node, exact);
    if (layer.results.empty()) {
      checked.unchecked.push_back(node.get());
    } else {
      checked.layers.push_back(std::move(layer));
    }
  }
  for (const Value* output : module.graph->outputs()) {
    checked.outputs.push_back(exact.KindOf(*output));
  }
  TINYC_RETURN_IF_ERROR(AddRows(module, checked.layers));
  return checked;
}

}  // namespace tinyc
