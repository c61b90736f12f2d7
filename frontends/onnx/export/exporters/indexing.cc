// SPDX-License-Identifier: Apache-2.0
// Elements that indices name.
#include "compiler/ops/cumulative.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/reverse_sequence.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/top_k.h"
#include "compiler/ops/trilu.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

std::vector<OnnxAttr> WithReduction(const ScatterOp& op,
                                    std::vector<OnnxAttr> attrs) {
  if (op.reduction != ScatterReduction::kNone) {
    attrs.push_back({"reduction", AttrText(op.reduction)});
  }
  return attrs;
}

}  // namespace

void ExportCumSum(ExportNode& node) {
  const CumSum& op = node.As<CumSum>();
  node.Result(
      "CumSum", {node.Input(0), node.Input(1)},
      {{"exclusive", int64_t{op.exclusive}}, {"reverse", int64_t{op.reverse}}});
}

void ExportGather(ExportNode& node) {
  node.Result("Gather", {node.Input(0), node.Input(1)},
              {{"axis", node.As<Gather>().axis}});
}

void ExportGatherElements(ExportNode& node) {
  node.Result("GatherElements", {node.Input(0), node.Input(1)},
              {{"axis", node.As<GatherElements>().axis}});
}

void ExportGatherNd(ExportNode& node) {
  node.Result("GatherND", {node.Input(0), node.Input(1)},
              {{"batch_dims", node.As<GatherNd>().batch_dims}});
}

void ExportOneHot(ExportNode& node) {
  const OneHot& op = node.As<OneHot>();
  const std::string depth =
      node.Constant(Tensor::Scalar<int64_t>(op.depth), "depth");
  node.Result("OneHot", {node.Input(0), depth, node.Input(1)},
              {{"axis", op.axis}});
}

void ExportReverseSequence(ExportNode& node) {
  const ReverseSequence& op = node.As<ReverseSequence>();
  node.Result("ReverseSequence", {node.Input(0), node.Input(1)},
              {{"batch_axis", op.batch_axis}, {"time_axis", op.time_axis}});
}

void ExportScatterElements(ExportNode& node) {
  const ScatterElements& op = node.As<ScatterElements>();
  node.Result("ScatterElements", {node.Input(0), node.Input(1), node.Input(2)},
              WithReduction(op, {{"axis", op.axis}}));
}

void ExportScatterNd(ExportNode& node) {
  node.Result("ScatterND", {node.Input(0), node.Input(1), node.Input(2)},
              WithReduction(node.As<ScatterNd>(), {}));
}

// The second result of TopK.
void ExportTopK(ExportNode& node) {
  const TopK& op = node.As<TopK>();
  node.ResultsAt("TopK", {node.Input(0), node.Ints({op.k}, "k")},
                 {{"axis", op.axis}, {"largest", int64_t{op.largest}}}, {1});
}

void ExportTrilu(ExportNode& node) {
  std::vector<std::string> inputs = {node.Input(0)};
  if (node.HasInput(1)) inputs.push_back(node.Input(1));
  node.Result("Trilu", inputs, {{"upper", int64_t{node.As<Trilu>().upper}}});
}

}  // namespace tinyc
