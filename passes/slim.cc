// SPDX-License-Identifier: Apache-2.0
// Takes out channels that no result depends on.
//
//   %a = conv(%x, %w)            =>  %a = conv(%x, %w')
//   %y = conv(%a, %v, %bias)         %y = conv(%a, %v', %bias')
//
// A channel goes when every layer that reads it multiplies it by weights of 0,
// gives it to channels that go themselves, or knows its number: what a constant
// adds to a sum is added to the bias.  That a channel is constant follows from
// the ranges of all values (passes/channels/ranges.h): its weights are 0, or
// the greatest and least sum round to the same number.  With padding, only the
// constant that stands for 0 goes: the others make a border.
//
// Exact: integer sums are the same.  A layer keeps one channel of the greatest
// ratio of scales, from which the fixed-point arithmetic of all its channels
// follows (docs/numbers.md).  Of floats only zeros go, and the bits are the
// same for inputs that are finite and lead to no infinity.
//
// Clamps that no number reaches go as well.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ops/conv.h"
#include "compiler/ops/weighted.h"
#include "passes/channels/channel_map.h"
#include "passes/channels/cut.h"
#include "passes/channels/ranges.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

class Slimmer {
 public:
  Slimmer(Graph& graph, const ChannelMap& map, const Ranges& ranges)
      : graph_(graph), map_(map), ranges_(ranges) {}

  // The number of channels that went.
  absl::StatusOr<size_t> Run() {
    FindNeeded();
    std::vector<bool> cut(map_.size());
    for (size_t c = 0; c < cut.size(); ++c) cut[c] = !needed_[c];
    KeepShifts(&cut);
    KeepRequired(graph_, map_, &cut);
    size_t count = 0;
    for (const bool gone : cut) count += gone ? 1 : 0;
    if (count == 0) return count;
    for (Node* node : graph_.NodeSnapshot()) {
      TINYC_RETURN_IF_ERROR(FoldConstants(node, cut));
    }
    TINYC_RETURN_IF_ERROR(CutChannels(graph_, map_, cut));
    return count;
  }

 private:
  // A channel is needed when it is pinned or something needed is computed from
  // it in a way that cannot do without it.
  void FindNeeded() {
    needed_.resize(map_.size());
    for (size_t c = 0; c < needed_.size(); ++c) needed_[c] = map_.pinned(c);
    for (bool more = true; more;) {
      more = false;
      for (const auto& node : graph_.nodes()) {
        if (node->outputs().size() == 1) more = Need(*node) || more;
      }
    }
  }

  bool Need(const Node& node) {
    bool more = false;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const Value* operand = node.input(i);
      const Lanes lanes = operand == nullptr ? Lanes() : map_.LanesOf(operand);
      if (lanes.empty()) continue;
      for (const int summed : map_.FlowOf(node).summed) {
        if (summed != static_cast<int>(i)) continue;
        for (int64_t lane = 0; lane < lanes.count; ++lane) {
          const size_t channel = map_.ChannelOf(operand, lane);
          if (needed_[channel] || !Needs(node, lane)) continue;
          needed_[channel] = true;
          more = true;
        }
      }
    }
    return more;
  }

  // Whether `node` needs lane `lane` of what it sums up.
  bool Needs(const Node& node, int64_t lane) const {
    if (!IsWeighted(node)) return true;
    if (CanFold(node, lane)) return false;
    bool needs = false;
    ForEachWeight(node, lane, [&](int64_t row, double weight) {
      needs = needs || (weight != 0 && needed_[RowChannel(node, row)]);
    });
    return needs;
  }

  size_t RowChannel(const Node& node, int64_t row) const {
    return map_.ChannelOf(node.output(), row);
  }

  // Whether the lane is constant and its terms are the same everywhere.
  bool CanFold(const Node& node, int64_t lane) const {
    const Value* x = node.input(0);
    const Range range = ranges_.Of(x, lane);
    if (!range.IsConstant()) return false;
    const TensorType& type = x->type();
    const double zero = type.quantized() ? type.quant->zero_point[0] : 0;
    if (range.least == zero) return true;
    const Conv* conv = node.As<Conv>();
    const bool spreads = conv != nullptr && !conv->spread.empty();
    return type.quantized() && !HasPadding(node) && !spreads;
  }

  // The weights, less their zero point, that meet lane `lane` of operand 0.
  void ForEachWeight(
      const Node& node, int64_t lane,
      absl::FunctionRef<void(int64_t row, double weight)> visit) const {
    const Tensor& w = *node.input(1)->constant();
    const Lanes lanes = map_.LanesOf(node.input(0));
    const Conv* conv = node.As<Conv>();
    const int64_t rows = w.shape()[0];
    const int64_t columns = w.shape()[1];
    const int64_t taps = rows * columns == 0 ? 0 : w.size() / (rows * columns);
    const int64_t group_rows = rows / (conv == nullptr ? 1 : conv->group);
    // The columns of the lane begin `step` apart, `width` in a row.
    const int64_t width = conv == nullptr ? lanes.inner : 1;
    const int64_t step = width * lanes.count;
    for (int64_t row = 0; row < rows; ++row) {
      const double zero = w.type().quantized()
                              ? w.type().quant->zero_point[QuantIndex(
                                    w.type(), row * columns * taps)]
                              : 0;
      const int64_t first = row / group_rows * columns;
      for (int64_t c = lane * width - first; c < columns; c += step) {
        if (c < 0) continue;
        const int64_t from = (row * columns + c) * taps;
        for (int64_t i = from; i < from + width * taps; ++i) {
          visit(row, w.At(i) - zero);
        }
      }
    }
  }

  // Puts back a channel of every layer whose arithmetic would change.
  void KeepShifts(std::vector<bool>* cut) const {
    for (const auto& node : graph_.nodes()) {
      if (!IsWeighted(*node) || !node->output()->type().quantized()) continue;
      const Lanes lanes = map_.LanesOf(node->output());
      if (lanes.empty()) continue;
      const std::vector<double> ratios =
          WeightedRatios(node->input(0)->type(), node->input(1)->type(),
                         node->output()->type());
      std::vector<double> kept;
      size_t greatest = 0;
      for (size_t row = 0; row < ratios.size(); ++row) {
        if (ratios[row] > ratios[greatest]) greatest = row;
        const size_t channel = RowChannel(*node, static_cast<int64_t>(row));
        if (!(*cut)[channel]) kept.push_back(ratios[row]);
      }
      const DType dtype = node->output()->type().dtype;
      const auto before = RenderScale(ratios, dtype, 0);
      const auto after = RenderScale(kept, dtype, 0);
      if (before.ok() && after.ok() && before->shift == after->shift) continue;
      (*cut)[RowChannel(*node, static_cast<int64_t>(greatest))] = false;
    }
  }

  // Adds to the bias of `node` what the constant channels that go add to its
  // sums.
  absl::Status FoldConstants(Node* node, const std::vector<bool>& cut) {
    if (!IsWeighted(*node) || !node->output()->type().quantized() ||
        node->input(1)->constant() == nullptr) {
      return absl::OkStatus();
    }
    const Value* x = node->input(0);
    const Lanes lanes = map_.LanesOf(x);
    if (lanes.empty() || map_.FlowOf(*node).summed.empty()) {
      return absl::OkStatus();
    }
    const int64_t rows = node->input(1)->type().shape[0];
    std::vector<int64_t> added(static_cast<size_t>(rows));
    bool any = false;
    for (int64_t lane = 0; lane < lanes.count; ++lane) {
      if (!cut[map_.ChannelOf(x, lane)]) continue;
      const Range range = ranges_.Of(x, lane);
      const double number = range.least - x->type().quant->zero_point[0];
      if (!range.IsConstant() || number == 0) continue;
      ForEachWeight(*node, lane, [&](int64_t row, double weight) {
        added[static_cast<size_t>(row)] +=
            static_cast<int64_t>(weight * number);
        any = any || weight != 0;
      });
    }
    if (!any) return absl::OkStatus();
    Value* bias = node->input(2);
    Tensor sum(BiasType(*node));
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t before = bias == nullptr ? 0 : bias->constant()->IntAt(row);
      sum.SetInt(row, before + added[static_cast<size_t>(row)]);
    }
    Value* folded =
        graph_.AddConstant(std::move(sum), bias == nullptr ? "" : bias->name());
    graph_.SetInput(node, 2, folded);
    if (bias != nullptr && bias->uses().empty()) {
      TakeName(graph_, bias, folded);
    }
    return absl::OkStatus();
  }

  static TensorType BiasType(const Node& node) {
    if (node.input(2) != nullptr) return node.input(2)->type();
    const TensorType& x = node.input(0)->type();
    const Quant& w = *node.input(1)->type().quant;
    auto quant = std::make_shared<Quant>(w);
    for (size_t c = 0; c < w.scale.size(); ++c) {
      quant->scale[c] = x.quant->scale[0] * w.scale[c];
      quant->zero_point[c] = 0;
    }
    const bool wide = InfoOf(x.dtype).bits == 16;
    return TensorType(wide ? DType::kS64 : DType::kS32,
                      {node.input(1)->type().shape[0]}, std::move(quant));
  }

  Graph& graph_;
  const ChannelMap& map_;
  const Ranges& ranges_;
  std::vector<bool> needed_;
};

// Removes clip and relu where no number is clamped.
void DropClamps(Graph& graph, const ChannelMap& map, const Ranges& ranges) {
  for (Node* node : graph.NodeSnapshot()) {
    const std::optional<Range> clamp = ClampOf(*node);
    if (!clamp) continue;
    Value* x = node->input(0);
    Value* y = node->output();
    if (!CanReplace(*y, *x) || !HasRanges(x->type())) continue;
    const Lanes lanes = map.LanesOf(x);
    double least = clamp->least;
    double greatest = clamp->greatest;
    if (x->type().quantized()) {
      const IntRange stored =
          QuantizedClamp(x->type(), static_cast<float>(clamp->least),
                         static_cast<float>(clamp->greatest));
      least = stored.lo;
      greatest = stored.hi;
    }
    bool acts = false;
    for (int64_t lane = 0; lane < std::max<int64_t>(1, lanes.count); ++lane) {
      const Range range = ranges.Of(x, lane);
      acts = acts || range.least < least || range.greatest > greatest;
    }
    if (!acts) Replace(graph, y, x);
  }
  EraseDeadNodes(graph);
}

// What the layers of a graph cost.
struct Cost {
  int64_t macs = 0;
  int64_t weight_bytes = 0;
};

Cost CostOf(const Graph& graph) {
  Cost cost;
  for (const auto& node : graph.nodes()) {
    cost.macs += node->op().Macs(*node);
    if (IsWeighted(*node)) cost.weight_bytes += node->input(1)->type().bytes();
  }
  return cost;
}

}  // namespace

absl::Status Slim(Module& module, const PassOptions&) {
  Graph& graph = *module.graph;
  const Cost before = CostOf(graph);
  size_t gone = 0;
  for (bool more = true; more;) {
    const ChannelMap map(graph);
    TINYC_ASSIGN_OR_RETURN(const Ranges ranges, Ranges::Find(graph, map));
    TINYC_ASSIGN_OR_RETURN(const size_t now, Slimmer(graph, map, ranges).Run());
    gone += now;
    more = now > 0;
    if (!more) DropClamps(graph, map, ranges);
  }
  if (gone == 0) return absl::OkStatus();
  const Cost after = CostOf(graph);
  module.notes.push_back(absl::StrCat(
      "slimmed: ", gone, " channels change no result and are left out: ",
      before.macs, " => ", after.macs, " multiply-accumulates, ",
      before.weight_bytes, " => ", after.weight_bytes, " bytes of weights"));
  return absl::OkStatus();
}

}  // namespace tinyc
