// SPDX-License-Identifier: Apache-2.0
// Gives the float weights between quantized values the scales back that they
// were rounded with.
//
//   %xf = dequantize(%x)                 %1 = const [2,-4,7] : s8 q(axis=0, s)
//   %w = const [0.5,-1,1.75] : f32  =>   %w = dequantize(%1)
//   %f = dense(%xf, %w)                  %f = dense(%xf, %w)
//   %y = quantize(%f)                    %y = quantize(%f)
//
// Exporters and simplifiers that compute constants (tf2onnx on a model trained
// with fake quantization, onnxsim) leave of quantized weights only the rounded
// floats.  A channel whose weights are all multiples k * s of one step, with k
// of 8 bits, is stored as k; in 4 bits where all channels are.  Any such step
// will do, since the numbers stay: each within 2^-12 of a step, which is what
// the exporter's own rounding makes of them.  Run before integerize, and after
// what merges scales into weights.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "compiler/ops/quantize.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

constexpr int kMost = 127;              // steps on either side of 0
constexpr double kTolerance = 0x1p-12;  // of a step

bool Moves(const Node& node) {
  return node.op().Quantization().kind == QuantRule::Kind::kSameScale ||
         node.op().name() == "relu";
}

// Whether `value` is, or is moved from, the real form of stored integers.
bool IsRead(const Value* value) {
  for (const Node* node = value->producer(); node != nullptr;
       node = node->input(0)->producer()) {
    if (node->As<Dequantize>() != nullptr) return true;
    if (!Moves(*node)) break;
  }
  return false;
}

// Whether `value`, or what is moved from it, is stored as integers.
bool IsStored(const Value& value) {
  return std::any_of(
      value.uses().begin(), value.uses().end(), [](const Use& use) {
        return use.node != nullptr &&
               (use.node->As<QuantizeOp>() != nullptr ||
                (Moves(*use.node) && IsStored(*use.node->output())));
      });
}

// The greatest step of which all of `weights` are multiples, at most kMost
// times; 0 when they are 0, nullopt when there is none.
std::optional<float> StepOf(absl::Span<const float> weights) {
  double most = 0;
  for (const float w : weights) {
    if (!std::isfinite(w)) return std::nullopt;
    most = std::max(most, std::fabs(double{w}));
  }
  if (most == 0) return 0.0f;
  for (int k = 1; k <= kMost; ++k) {
    const double step = most / k;
    if (std::all_of(weights.begin(), weights.end(), [&](float w) {
          const double steps = w / step;
          return std::fabs(steps - std::nearbyint(steps)) <= kTolerance;
        })) {
      const float rounded = static_cast<float>(step);
      return std::isnormal(rounded) ? std::optional(rounded) : std::nullopt;
    }
  }
  return std::nullopt;
}

// `weights` as integers with a scale for each output channel, if they are.
std::optional<Tensor> StoredWeights(const Tensor& weights) {
  const absl::Span<const float> numbers = weights.data<float>();
  if (numbers.empty()) return std::nullopt;
  const size_t channels = static_cast<size_t>(weights.shape()[0]);
  const size_t taps = numbers.size() / channels;
  auto quant = std::make_shared<Quant>();
  quant->axis = 0;
  for (size_t c = 0; c < channels; ++c) {
    const std::optional<float> step = StepOf(numbers.subspan(c * taps, taps));
    if (!step) return std::nullopt;
    quant->scale.push_back(*step);
    quant->zero_point.push_back(0);
  }
  // Weights that are 0 are so at any scale.
  const float largest =
      *std::max_element(quant->scale.begin(), quant->scale.end());
  for (float& scale : quant->scale) {
    if (scale == 0) scale = largest == 0 ? 1 : largest;
  }
  const auto stored = [&](DType dtype) {
    Tensor tensor(TensorType(dtype, weights.shape(), quant));
    for (int64_t i = 0; i < tensor.size(); ++i) {
      tensor.SetReal(i, weights.At(i));
    }
    return tensor;
  };
  // Saturated if 4 bits are too few.
  Tensor bytes = stored(DType::kS8), packed = stored(DType::kS4);
  for (int64_t i = 0; i < bytes.size(); ++i) {
    if (bytes.IntAt(i) != packed.IntAt(i)) return bytes;
  }
  return packed;
}

absl::StatusOr<bool> Recover(Graph& graph, Node* layer) {
  if (!IsWeighted(*layer) || !IsRead(layer->input(0)) ||
      !IsStored(*layer->output())) {
    return false;
  }
  Value* weights = layer->input(1);
  if (weights->constant() == nullptr || !weights->has_single_use() ||
      weights->type().dtype != DType::kF32) {
    return false;
  }
  std::optional<Tensor> stored = StoredWeights(*weights->constant());
  if (!stored) return false;
  TINYC_ASSIGN_OR_RETURN(
      Value* const real,
      AddNode(graph, {.before = layer, .from = {layer}}, Dequantize(),
              {graph.AddConstant(*std::move(stored))}));
  graph.SetInput(layer, 1, real);
  TakeName(graph, weights, real->producer()->input(0));
  return true;
}

}  // namespace

absl::Status RecoverScales(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, Recover).status();
}

}  // namespace tinyc
