// SPDX-License-Identifier: Apache-2.0
#include "passes/channels/ranges.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/unary.h"
#include "passes/channels/weighted_sums.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// The whole of a type.
Range FullRange(const TensorType& type) {
  if (type.quantized() && InfoOf(type.dtype).bits <= 16) {
    return {static_cast<double>(MinOf(type.dtype)),
            static_cast<double>(MaxOf(type.dtype))};
  }
  if (type.dtype == DType::kF32 && !type.quantized()) {
    constexpr double kMax = std::numeric_limits<float>::max();
    return {-kMax, kMax};
  }
  return {};
}

Range RangeOf(const Tensor& tensor) {
  Range range = Range::Nothing();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double number = tensor.At(i);
    if (std::isnan(number)) return {};
    range.Include({number, number});
  }
  return range;
}

// The result of `op` on operands of other shapes than in the graph.
absl::StatusOr<Tensor> Apply(const Node& node,
                             const std::vector<Tensor>& operands) {
  std::vector<const Tensor*> in;
  std::vector<const TensorType*> types;
  for (const Tensor& operand : operands) {
    in.push_back(&operand);
    types.push_back(&operand.type());
  }
  const ElemType want = node.output()->type().elem();
  TINYC_ASSIGN_OR_RETURN(
      const std::vector<TensorType> out,
      node.op().InferTypes({.in = types, .want = {&want, 1}}));
  Tensor result(out[0]);
  Tensor* results[] = {&result};
  const auto run = [](const Graph*, absl::Span<const Tensor* const>) {
    return absl::StatusOr<std::vector<Tensor>>(Internal("it has no regions"));
  };
  TINYC_RETURN_IF_ERROR(
      node.op().Evaluate({.in = in, .out = results, .run = run}));
  return result;
}

// Operators that give numbers of their operands and nothing else.
bool Selects(const Node& node) {
  static const auto* const kNames = new absl::flat_hash_set<absl::string_view>{
      "concat",         "copy",       "expand",     "max_pool",
      "observed",       "reduce_max", "reduce_min", "reshape",
      "resize_nearest", "slice",      "transpose"};
  if (const Binary* binary = node.As<Binary>()) {
    return binary->row().quantized == BinaryRow::Quantized::kSelection;
  }
  return kNames->contains(node.op().name());
}

}  // namespace

void Range::Include(const Range& other) {
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
}

std::optional<Range> ClampOf(const Node& node) {
  if (const Clip* clip = node.As<Clip>()) {
    return Range{double{clip->min}, double{clip->max}};
  }
  const Unary* unary = node.As<Unary>();
  if (unary == nullptr || unary->row().name != "relu") return std::nullopt;
  return Range{0, std::numeric_limits<double>::infinity()};
}

bool HasRanges(const TensorType& type) {
  return std::isfinite(FullRange(type).least);
}

absl::StatusOr<Ranges> Ranges::Find(const Graph& graph, const ChannelMap& map) {
  Ranges ranges(map);
  for (const auto& node : graph.nodes()) {
    TINYC_RETURN_IF_ERROR(ranges.Visit(*node));
  }
  return ranges;
}

Range Ranges::Of(const Value* value, int64_t lane) const {
  if (value->constant() != nullptr) return RangeOf(*value->constant());
  const auto found = values_.find(value);
  if (found == values_.end()) return FullRange(value->type());
  const std::vector<Range>& ranges = found->second;
  return ranges[ranges.size() == 1 ? 0 : static_cast<size_t>(lane)];
}

absl::Status Ranges::Visit(const Node& node) {
  if (node.outputs().size() != 1 || !HasRanges(node.output()->type())) {
    return absl::OkStatus();
  }
  for (const Value* operand : node.inputs()) {
    if (operand == nullptr && !IsWeighted(node)) return absl::OkStatus();
  }
  TINYC_ASSIGN_OR_RETURN(std::vector<Range> ranges, RangesOf(node));
  if (ranges.empty()) return absl::OkStatus();
  const Range full = FullRange(node.output()->type());
  for (Range& range : ranges) {
    if (std::isnan(range.least) || std::isnan(range.greatest)) range = full;
    range.least = std::max(range.least, full.least);
    range.greatest = std::min(range.greatest, full.greatest);
  }
  values_[node.output()] = std::move(ranges);
  return absl::OkStatus();
}

// Nothing where the operator is none of those that are known.
absl::StatusOr<std::vector<Range>> Ranges::RangesOf(const Node& node) const {
  const TensorType& y = node.output()->type();
  if (IsWeighted(node)) return OfWeighted(node);
  if (Selects(node)) {
    std::vector<Range> ranges;
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const std::vector<Range> more = SourceRanges(node, static_cast<int>(i));
      if (ranges.empty()) ranges = more;
      for (size_t k = 0; k < more.size(); ++k) ranges[k].Include(more[k]);
    }
    return ranges;
  }
  const Unary* unary = node.As<Unary>();
  if (!y.quantized()) {
    const std::optional<Range> clamp = ClampOf(node);
    if (!clamp) return std::vector<Range>();
    std::vector<Range> ranges = SourceRanges(node, 0);
    for (Range& range : ranges) {
      range.least = std::clamp(range.least, clamp->least, clamp->greatest);
      range.greatest =
          std::clamp(range.greatest, clamp->least, clamp->greatest);
    }
    return ranges;
  }
  if (!node.input(0)->type().quantized()) return std::vector<Range>();
  const bool is_byte = InfoOf(node.input(0)->type().dtype).bits == 8;
  if ((unary != nullptr || node.As<Lookup>() != nullptr) && is_byte) {
    return OfTable(node);
  }
  if (node.As<Clip>() != nullptr || node.As<Requantize>() != nullptr ||
      node.As<Binary>() != nullptr) {
    return OfCorners(node);
  }
  if (const Pad* pad = node.As<Pad>()) {
    std::vector<Range> ranges = SourceRanges(node, 0);
    if (pad->mode == PadMode::kConstant) {
      Tensor value(TensorType(y.elem(), {1}));
      value.SetReal(0, pad->value);
      for (Range& range : ranges) range.Include({value.At(0), value.At(0)});
    }
    return ranges;
  }
  if (node.As<AveragePool>() != nullptr || node.op().name() == "reduce_mean") {
    return OfMonotone(node);
  }
  return std::vector<Range>();
}

std::vector<Range> Ranges::SourceRanges(const Node& node, int operand) const {
  const Value* value = node.input(static_cast<size_t>(operand));
  const Lanes result = map_->LanesOf(node.output());
  const bool has_lanes = !map_->LanesOf(value).empty();
  if (result.empty()) {
    // Every lane may go anywhere.
    Range all = Of(value, 0);
    for (int64_t lane = 1; lane < map_->LanesOf(value).count; ++lane) {
      all.Include(Of(value, lane));
    }
    return {all};
  }
  const size_t count = static_cast<size_t>(result.count);
  if (!has_lanes) return std::vector<Range>(count, Of(value, 0));
  // Nothing in lanes that this operand has no part in.
  std::vector<Range> ranges(count, Range::Nothing());
  const Flow& flow = map_->FlowOf(node);
  for (size_t lane = 0; lane < count; ++lane) {
    for (const LaneRef& source : flow.sources[lane]) {
      if (source.operand != operand) continue;
      ranges[lane].Include(Of(value, source.lane));
    }
  }
  return ranges;
}

absl::StatusOr<std::vector<Range>> Ranges::OfWeighted(const Node& node) const {
  const Value* x = node.input(0);
  const Value* bias = node.input(2);
  if (node.input(1)->constant() == nullptr || !HasRanges(x->type()) ||
      (bias != nullptr && bias->constant() == nullptr)) {
    return std::vector<Range>();
  }
  const Lanes lanes = map_->LanesOf(x);
  // Columns that the lanes do not fit are all of the hull.
  const bool by_lane = !lanes.empty() && map_->FlowOf(node).pinned.empty();
  Range hull = Of(x, 0);
  for (int64_t lane = 1; lane < lanes.count; ++lane) {
    hull.Include(Of(x, lane));
  }
  std::vector<Range> columns;
  const int64_t channels = x->type().shape[InputChannelAxis(node)];
  for (int64_t c = 0; c < channels; ++c) {
    columns.push_back(by_lane ? Of(x, LaneOfColumn(node, lanes, c)) : hull);
  }
  return ResultRanges(node, SumRanges(node, columns));
}

absl::StatusOr<std::vector<Range>> Ranges::OfCorners(const Node& node) const {
  const size_t operands = node.inputs().size();
  std::vector<std::vector<Range>> ranges;
  for (size_t i = 0; i < operands; ++i) {
    if (!HasRanges(node.input(i)->type())) return std::vector<Range>();
    ranges.push_back(SourceRanges(node, static_cast<int>(i)));
  }
  const int64_t count = static_cast<int64_t>(ranges[0].size());
  const int64_t corners = int64_t{1} << operands;
  std::vector<Tensor> in;
  for (size_t i = 0; i < operands; ++i) {
    Tensor tensor(TensorType(node.input(i)->type().elem(), {corners, count}));
    for (int64_t at = 0; at < corners * count; ++at) {
      const Range& range = ranges[i][static_cast<size_t>(at % count)];
      const bool high = ((at / count) >> i & 1) != 0;
      tensor.Set(at, high ? range.greatest : range.least);
    }
    in.push_back(std::move(tensor));
  }
  TINYC_ASSIGN_OR_RETURN(const Tensor out, Apply(node, in));
  std::vector<Range> results;
  for (int64_t c = 0; c < count; ++c) {
    Range range = {out.At(c), out.At(c)};
    for (int64_t corner = 1; corner < corners; ++corner) {
      const double number = out.At(corner * count + c);
      range.Include({number, number});
    }
    results.push_back(range);
  }
  return results;
}

absl::StatusOr<std::vector<Range>> Ranges::OfTable(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const int64_t least = MinOf(x.dtype);
  Tensor all(TensorType(x.elem(), {256}));
  for (int64_t i = 0; i < 256; ++i) all.SetInt(i, least + i);
  std::vector<Tensor> in = {std::move(all)};
  for (size_t i = 1; i < node.inputs().size(); ++i) {
    if (node.input(i)->constant() == nullptr) return std::vector<Range>();
    in.push_back(*node.input(i)->constant());
  }
  TINYC_ASSIGN_OR_RETURN(const Tensor out, Apply(node, in));
  std::vector<Range> results = SourceRanges(node, 0);
  for (Range& range : results) {
    const int64_t from = static_cast<int64_t>(range.least) - least;
    const int64_t to = static_cast<int64_t>(range.greatest) - least;
    range = {out.At(from), out.At(from)};
    for (int64_t i = from + 1; i <= to; ++i) {
      range.Include({out.At(i), out.At(i)});
    }
  }
  return results;
}

absl::StatusOr<std::vector<Range>> Ranges::OfMonotone(const Node& node) const {
  constexpr int64_t kMost = int64_t{1} << 20;  // elements worth the time
  const Value* x = node.input(0);
  const Lanes lanes = map_->LanesOf(node.output());
  if (lanes.empty() || x->type().num_elements() > kMost) {
    return std::vector<Range>();
  }
  const Lanes from = map_->LanesOf(x);
  std::vector<Range> results;
  for (const bool high : {false, true}) {
    Tensor tensor(x->type());
    for (int64_t i = 0; i < tensor.size(); ++i) {
      const Range range = Of(x, from.Of(i));
      tensor.Set(i, high ? range.greatest : range.least);
    }
    const Tensor* in[] = {&tensor};
    TINYC_ASSIGN_OR_RETURN(const std::vector<Tensor> out,
                           EvaluateNode(node, in));
    if (!high) {
      results.assign(static_cast<size_t>(lanes.count), Range::Nothing());
    }
    for (int64_t i = 0; i < out[0].size(); ++i) {
      const double number = out[0].At(i);
      results[static_cast<size_t>(lanes.Of(i))].Include({number, number});
    }
  }
  return results;
}

}  // namespace tinyc
