// SPDX-License-Identifier: Apache-2.0
// Zeros around the image become the padding of the operator that reads it.
//
//   %1 = pad(%x) {pads=[0,0,1,1,0,0,1,1]}
//   %2 = conv(%1, %w)              =>    %2 = conv(%x, %w) {pads=[1,1,1,1]}
//
// Also for average_pool, which then counts its padding; its own padding must
// count already, and a window must not hang over the end.  Not for max_pool,
// whose padding is no number.  Quantized zeros are zeros as well:
//
//   quantize(pad(dequantize(x)))   =>    pad(x)        of equal type
//   conv(dequantize(pad(x)))       =>    conv(dequantize(x))  with the padding
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ops/conv.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool.h"
#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// The pads of the spatial dimensions, when the node adds zeros to those only.
std::optional<std::vector<int64_t>> SpatialZeros(const Pad& pad,
                                                 Layout layout) {
  if (pad.mode != PadMode::kConstant || pad.value != 0) return std::nullopt;
  const size_t rank = pad.pads.size() / 2;
  const size_t channel = layout == Layout::kNchw ? 1 : rank - 1;
  std::vector<int64_t> spatial;
  for (size_t i = 0; i < pad.pads.size(); ++i) {
    if (pad.pads[i] < 0) return std::nullopt;
    if (i % rank != 0 && i % rank != channel) {
      spatial.push_back(pad.pads[i]);
    } else if (pad.pads[i] != 0) {
      return std::nullopt;
    }
  }
  return spatial;
}

// Adds `more` to `pads`, whose default is zeros.
void AddPads(const std::vector<int64_t>& more, std::vector<int64_t>* pads) {
  pads->resize(more.size());
  for (size_t i = 0; i < more.size(); ++i) (*pads)[i] += more[i];
}

// The operator of `node` on what `pad` pads; null when there is none.
std::unique_ptr<const Op> Padded(const Node& node, const Pad& pad) {
  if (const Conv* conv = node.As<Conv>()) {
    const auto zeros = SpatialZeros(pad, conv->layout);
    if (!zeros) return nullptr;
    auto padded = std::make_unique<Conv>(*conv);
    std::vector<int64_t> spread = *zeros;
    for (size_t i = 0; i < spread.size() && !conv->spread.empty(); ++i) {
      spread[i] *= conv->spread[i % conv->spread.size()];
    }
    AddPads(spread, &padded->pads);
    return padded;
  }
  if (const AveragePool* pool = node.As<AveragePool>()) {
    const auto zeros = SpatialZeros(pad, pool->layout);
    const bool has_pads = std::any_of(pool->pads.begin(), pool->pads.end(),
                                      [](int64_t n) { return n != 0; });
    if (!zeros || pool->ceil_mode || (has_pads && !pool->count_include_pad)) {
      return nullptr;
    }
    auto padded = std::make_unique<AveragePool>(*pool);
    AddPads(*zeros, &padded->pads);
    padded->count_include_pad = true;
    return padded;
  }
  return nullptr;
}

// conv(pad(x)), and conv(dequantize(pad(x))).
absl::StatusOr<bool> FoldIntoWindow(Graph& graph, Node* node) {
  if (node->inputs().empty() || node->input(0) == nullptr) return false;
  Value* operand = node->input(0);
  Node* dequantize = ProducedBy<Dequantize>(operand) == nullptr
                         ? nullptr
                         : operand->producer();
  if (dequantize != nullptr) operand = dequantize->input(0);
  const Pad* pad = ProducedBy<Pad>(operand);
  if (pad == nullptr) return false;
  std::unique_ptr<const Op> padded = Padded(*node, *pad);
  if (padded == nullptr) return false;

  const Node* pad_node = operand->producer();
  std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
  inputs[0] = pad_node->input(0);
  if (dequantize != nullptr) {
    TINYC_ASSIGN_OR_RETURN(
        inputs[0], AddNode(graph, {.before = node, .from = {dequantize}},
                           Dequantize(), {inputs[0]}));
  }
  absl::StatusOr<Value*> result =
      AddNode(graph,
              {.before = node,
               .from = {pad_node, node},
               .want = {node->output()->type().elem()}},
              std::move(padded), std::move(inputs));
  // A pool must not have windows in the padding alone.
  if (!result.ok()) return false;
  ReplaceAndRename(graph, node->output(), *result);
  return true;
}

// quantize(pad(dequantize(x))).
absl::StatusOr<bool> PadQuantized(Graph& graph, Node* node) {
  if (node->As<QuantizeOp>() == nullptr) return false;
  const Pad* pad = ProducedBy<Pad>(node->input(0));
  if (pad == nullptr || pad->mode != PadMode::kConstant || pad->value != 0) {
    return false;
  }
  Node* pad_node = node->input(0)->producer();
  if (ProducedBy<Dequantize>(pad_node->input(0)) == nullptr) return false;
  Node* dequantize = pad_node->input(0)->producer();
  Value* x = dequantize->input(0);
  if (!(x->type().elem() == node->output()->type().elem()) ||
      !x->type().quant->per_tensor()) {
    return false;
  }
  TINYC_ASSIGN_OR_RETURN(
      Value* const result,
      AddNode(graph, {.before = node, .from = {dequantize, pad_node, node}},
              *pad, {x}));
  ReplaceAndRename(graph, node->output(), result);
  return true;
}

}  // namespace

absl::Status FoldPad(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph,
                      [](Graph& graph, Node* node) -> absl::StatusOr<bool> {
                        TINYC_ASSIGN_OR_RETURN(const bool quantized,
                                               PadQuantized(graph, node));
                        if (quantized) return true;
                        return FoldIntoWindow(graph, node);
                      })
      .status();
}

}  // namespace tinyc
