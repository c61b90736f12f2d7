// SPDX-License-Identifier: Apache-2.0
// Scales and offsets by constants, one per channel or one for all, around a
// convolution or dense layer become part of its weights and bias.  This is
// what a BatchNormalization is after import.
//
//   %1 = conv(%x, %w, %b)
//   %2 = mul(%1, %s)
//   %3 = add(%2, %t)          =>    %3 = conv(%x, %w * s, %b * s + t)
//
//   %1 = mul(%x, %s)
//   %2 = add(%1, %t)
//   %3 = dense(%2, %w, %b)    =>    %3 = dense(%x, %w * s, %b + %w t)
//
//   %1 = conv(%x, dequantize(%w), %b)
//   %2 = div(%1, %s)          =>    %3 = conv(%x, dequantize(%w'), %b / s + t)
//   %3 = add(%2, %t)
//
// After the layer add and sub, also those of dequantize(constant), need a
// constant bias; mul and div need constant weights that nothing else reads: f32
// ones, or stored ones, %w' being the same integers with other scales; and
// neither passes an activation.  Before the layer, an add needs a layer without
// padding, since the padding is 0 after the add, and mul and div f32 weights.
//
// Quantization-aware training in PyTorch leaves conv, div, add and batch
// normalization, whose scales cancel.  Stored weights therefore take all that
// follows at once.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ops/binary.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reshape.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// y = scale[c] * x + offset[c] for the channel c of one operand x of a node.
struct Affine {
  Value* x;
  std::vector<double> scale;
  std::vector<double> offset;
  bool scales = false;  // some scale is not 1
};

bool AllFinite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(),
                     [](double v) { return std::isfinite(v); });
}

// `node` as a function of its operand `index`, when the other one is a
// constant per channel, the dimension `axis` of the result.
std::optional<Affine> AffineOf(const Node& node, size_t index, size_t axis) {
  Value* x = node.input(index);
  const TensorType& type = node.output()->type();
  if (node.As<Binary>() == nullptr || !(x->type() == type) ||
      type.dtype != DType::kF32 || axis >= type.shape.size()) {
    return std::nullopt;
  }
  const absl::string_view name = node.op().name();
  const std::vector<double> c =
      PerChannel(node.input(1 - index), type.shape, axis);
  if (c.empty()) return std::nullopt;
  Affine affine{x, std::vector<double>(c.size(), 1),
                std::vector<double>(c.size(), 0)};
  if (name == "add") {
    affine.offset = c;
  } else if (name == "sub") {
    affine.offset = c;
    std::vector<double>& negated = index == 0 ? affine.offset : affine.scale;
    for (double& v : negated) v = -v;
    affine.scales = index == 1;
  } else if (name == "mul" || (name == "div" && index == 0)) {
    affine.scale = c;
    if (name == "div") {
      for (double& v : affine.scale) v = 1 / v;
    }
    affine.scales = true;
  } else {
    return std::nullopt;
  }
  if (!AllFinite(affine.scale) || !AllFinite(affine.offset)) {
    return std::nullopt;
  }
  return affine;
}

// True when the weights can be replaced without keeping the old ones as well.
bool WeightsCanChange(const Node& layer) {
  const Value* w = layer.input(1);
  return w->constant() != nullptr && w->has_single_use() &&
         w->type().dtype == DType::kF32;
}

Value* AddChangedConstant(Graph& graph, Tensor tensor, Value* old) {
  Value* value = graph.AddConstant(std::move(tensor));
  if (old != nullptr) TakeName(graph, old, value);
  return value;
}

// bias[c] * scale[c] + offset[c]; the layer's bias is absent or has a constant
// behind it.
Value* ChangedBias(Graph& graph, const Node& layer, const Affine& affine) {
  const Tensor* old = ConstantBehind(layer.input(2));
  const size_t channels = affine.offset.size();
  Tensor bias(TensorType(DType::kF32, {static_cast<int64_t>(channels)}));
  for (size_t c = 0; c < channels; ++c) {
    const int64_t i = static_cast<int64_t>(c);
    const double before = old == nullptr ? 0 : old->Real(i);
    bias.Set(i, before * affine.scale[c] + affine.offset[c]);
  }
  Value* replaced = layer.input(2);
  const bool reuse_name = replaced != nullptr && replaced->has_single_use() &&
                          replaced->constant() != nullptr;
  return AddChangedConstant(graph, std::move(bias),
                            reuse_name ? replaced : nullptr);
}

// The offset of `add(layer, dequantize(constant))` as the bias of a layer
// without one: it stays dequantize(constant), which integerize reads.  Null
// when it does not have one element per channel.
absl::StatusOr<Value*> QuantizedBias(Graph& graph, Node* layer, Node* add,
                                     const Affine& affine) {
  Value* offset = add->input(add->input(0) == affine.x ? 1 : 0);
  const int64_t channels = static_cast<int64_t>(affine.offset.size());
  if (layer->input(2) != nullptr || add->op().name() != "add" ||
      ProducedBy<Dequantize>(offset) == nullptr ||
      offset->type().num_elements() != channels) {
    return nullptr;
  }
  Reshape reshape;
  reshape.shape = {channels};
  absl::StatusOr<Value*> flat =
      AddNode(graph, {.before = layer, .from = {add}}, std::move(reshape),
              {offset->producer()->input(0)});
  if (!flat.ok()) return nullptr;  // its scales have no axis of their own
  return AddNode(graph, {.before = layer, .from = {add}}, Dequantize(),
                 {*flat});
}

// All that follows a layer and is affine, as one function.
struct Chain {
  Affine affine;
  std::vector<Node*> nodes;
};

// `node` is the function `first` of its operand.
Chain FollowChain(Node* node, Affine first, size_t axis) {
  Chain chain{std::move(first), {node}};
  for (;;) {
    const Value* y = chain.nodes.back()->output();
    Node* next = OnlyUser(*y);
    if (next == nullptr || next->As<Binary>() == nullptr) break;
    const std::optional<Affine> more =
        AffineOf(*next, next->input(0) == y ? 0 : 1, axis);
    if (!more) break;
    for (size_t c = 0; c < more->scale.size(); ++c) {
      chain.affine.scale[c] *= more->scale[c];
      chain.affine.offset[c] =
          chain.affine.offset[c] * more->scale[c] + more->offset[c];
    }
    chain.nodes.push_back(next);
  }
  chain.affine.scales =
      std::any_of(chain.affine.scale.begin(), chain.affine.scale.end(),
                  [](double v) { return static_cast<float>(v) != 1; });
  return chain;
}

// Stored weights times `factor` for each output channel: the same integers with
// other scales, mirrored where the factor is negative.  Nullopt when scales or
// integers cannot express that.
std::optional<Tensor> RescaledWeights(const Tensor& w,
                                      const std::vector<double>& factor) {
  const Quant& old = *w.type().quant;
  const DType dtype = w.type().dtype;
  if (old.block != 0 || (old.axis != 0 && !old.per_tensor())) {
    return std::nullopt;
  }
  auto quant = std::make_shared<Quant>();
  quant->axis = 0;
  for (size_t c = 0; c < factor.size(); ++c) {
    const size_t from = old.per_tensor() ? 0 : c;
    const float scale =
        static_cast<float>(double{old.scale[from]} * std::fabs(factor[c]));
    if (!std::isnormal(scale)) return std::nullopt;
    quant->scale.push_back(scale);
    quant->zero_point.push_back(old.zero_point[from]);
  }
  Tensor scaled = w.WithType(TensorType(dtype, w.shape(), quant));
  for (int64_t i = 0; i < scaled.size(); ++i) {
    const size_t c = QuantIndex(scaled.type(), i);
    if (factor[c] > 0) continue;
    const int64_t mirrored =
        2 * int64_t{quant->zero_point[c]} - scaled.IntAt(i);
    if (mirrored < MinOf(dtype) || mirrored > MaxOf(dtype)) return std::nullopt;
    scaled.SetInt(i, mirrored);
  }
  return scaled;
}

// For a layer whose weights are dequantize(constant): `node`, the function
// `first` of its result, and what is affine after it.
absl::StatusOr<bool> FoldIntoStored(Graph& graph, Node* layer, Node* node,
                                    const Affine& first) {
  Value* real = layer->input(1);
  if (ProducedBy<Dequantize>(real) == nullptr || !real->has_single_use()) {
    return false;
  }
  Value* stored = real->producer()->input(0);
  const Chain chain = FollowChain(node, first, OutputChannelAxis(*layer));
  if (stored->constant() == nullptr || !AllFinite(chain.affine.scale) ||
      !AllFinite(chain.affine.offset)) {
    return false;
  }
  if (chain.affine.scales) {
    std::optional<Tensor> weights =
        RescaledWeights(*stored->constant(), chain.affine.scale);
    if (!weights) return false;
    TINYC_ASSIGN_OR_RETURN(
        real,
        AddNode(
            graph, {.before = layer, .from = {real->producer()}}, Dequantize(),
            {AddChangedConstant(graph, *std::move(weights),
                                stored->has_single_use() ? stored : nullptr)}));
    graph.SetInput(layer, 1, real);
  }
  const bool offsets =
      std::any_of(chain.affine.offset.begin(), chain.affine.offset.end(),
                  [](double v) { return v != 0; });
  if (offsets || layer->input(2) != nullptr) {
    graph.SetInput(layer, 2, ChangedBias(graph, *layer, chain.affine));
  }
  for (const Node* folded : chain.nodes) {
    graph.SetLoc(layer, Loc::Join(layer->loc(), folded->loc()));
  }
  ReplaceAndRename(graph, chain.nodes.back()->output(), layer->output());
  return true;
}

absl::StatusOr<bool> FoldAfter(Graph& graph, Node* node) {
  for (const size_t index : {0, 1}) {
    if (node->As<Binary>() == nullptr) return false;
    Value* x = node->input(index);
    Node* layer = x->producer();
    if (layer == nullptr || !IsWeighted(*layer) || OnlyUser(*x) != node ||
        !HasNoActivation(*layer)) {
      continue;
    }
    const std::optional<Affine> affine =
        AffineOf(*node, index, OutputChannelAxis(*layer));
    if (!affine || (layer->input(2) != nullptr &&
                    ConstantBehind(layer->input(2)) == nullptr)) {
      continue;
    }
    if (affine->scales && !WeightsCanChange(*layer)) {
      TINYC_ASSIGN_OR_RETURN(const bool folded,
                             FoldIntoStored(graph, layer, node, *affine));
      if (folded) return true;
      continue;
    }
    TINYC_ASSIGN_OR_RETURN(Value * bias,
                           QuantizedBias(graph, layer, node, *affine));
    if (bias == nullptr) bias = ChangedBias(graph, *layer, *affine);
    if (affine->scales) {
      Tensor weights =
          MapWeights(*layer, [&](int64_t out, int64_t, double weight) {
            return weight * affine->scale[static_cast<size_t>(out)];
          });
      graph.SetInput(
          layer, 1,
          AddChangedConstant(graph, std::move(weights), layer->input(1)));
    }
    graph.SetInput(layer, 2, bias);
    graph.SetLoc(layer, Loc::Join(layer->loc(), node->loc()));
    ReplaceAndRename(graph, node->output(), x);
    return true;
  }
  return false;
}

absl::StatusOr<bool> FoldBefore(Graph& graph, Node* layer) {
  if (!IsWeighted(*layer) || !WeightsCanChange(*layer)) return false;
  Node* node = layer->input(0)->producer();
  if (node == nullptr || node->As<Binary>() == nullptr ||
      OnlyUser(*node->output()) != layer) {
    return false;
  }
  for (const size_t index : {0, 1}) {
    const std::optional<Affine> affine =
        AffineOf(*node, index, InputChannelAxis(*layer));
    if (!affine) continue;
    const bool offsets =
        std::any_of(affine->offset.begin(), affine->offset.end(),
                    [](double v) { return v != 0; });
    if (offsets &&
        (HasPadding(*layer) || (layer->input(2) != nullptr &&
                                ConstantBehind(layer->input(2)) == nullptr))) {
      continue;
    }
    const int64_t channels = layer->input(1)->type().shape[0];
    Affine on_bias{nullptr,
                   std::vector<double>(static_cast<size_t>(channels), 1),
                   std::vector<double>(static_cast<size_t>(channels), 0)};
    Tensor weights =
        MapWeights(*layer, [&](int64_t out, int64_t in, double weight) {
          const size_t c = static_cast<size_t>(in);
          on_bias.offset[static_cast<size_t>(out)] +=
              weight * affine->offset[c];
          return weight * affine->scale[c];
        });
    if (offsets) graph.SetInput(layer, 2, ChangedBias(graph, *layer, on_bias));
    if (affine->scales) {
      graph.SetInput(
          layer, 1,
          AddChangedConstant(graph, std::move(weights), layer->input(1)));
    }
    graph.SetInput(layer, 0, affine->x);
    graph.SetLoc(layer, Loc::Join(layer->loc(), node->loc()));
    return true;
  }
  return false;
}

}  // namespace

absl::Status FoldAffine(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph,
                      [](Graph& graph, Node* node) -> absl::StatusOr<bool> {
                        TINYC_ASSIGN_OR_RETURN(const bool after,
                                               FoldAfter(graph, node));
                        if (after) return true;
                        return FoldBefore(graph, node);
                      })
      .status();
}

}  // namespace tinyc
