// SPDX-License-Identifier: Apache-2.0
#include "passes/integer_layer.h"

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/interpreter/interpreter.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/weighted.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

// round(bias / (s_x * s_w)) per channel.
absl::StatusOr<Tensor> IntegerBias(const Value& bias, const TensorType& x,
                                   const TensorType& w) {
  // The stored integers say the bias more exactly than their float form.
  const bool is_stored = ProducedBy<Dequantize>(&bias) != nullptr;
  const std::optional<Tensor> real =
      ConstantTensor(is_stored ? *bias.producer()->input(0) : bias);
  if (!real) return Unimplemented("its bias is not a constant");
  auto quant = std::make_shared<Quant>();
  quant->axis = w.quant->per_tensor() ? kPerTensor : 0;
  for (const float scale : w.quant->scale) {
    quant->scale.push_back(x.quant->scale[0] * scale);
    quant->zero_point.push_back(0);
  }
  const bool wide = InfoOf(x.dtype).bits == 16;
  Tensor integers(TensorType(wide ? DType::kS64 : DType::kS32, real->shape(),
                             std::move(quant)));
  for (int64_t i = 0; i < integers.size(); ++i) {
    const size_t c = w.quant->per_tensor() ? 0 : static_cast<size_t>(i);
    const double value =
        real->Real(i) / (static_cast<double>(x.quant->scale[0]) *
                         static_cast<double>(w.quant->scale[c]));
    if (!(std::fabs(value) < (wide ? 0x1p47 : 0x1p31))) {
      return Unimplemented("its bias does not fit the accumulator");
    }
    integers.Set(i, value);
  }
  return integers;
}

// True when all weights of output channel `c` are the number 0.
bool IsZeroChannel(const Tensor& w, int64_t c) {
  const int64_t taps = w.size() / w.shape()[0];
  const int64_t zero = w.type().quant->zero_point[static_cast<size_t>(c)];
  for (int64_t k = c * taps; k < (c + 1) * taps; ++k) {
    if (w.IntAt(k) != zero) return false;
  }
  return true;
}

// The type of `w` with a coarser scale for channels whose weights are all 0,
// which they are at any scale.  Converters give such channels a tiny scale and
// a huge bias; the multiplier of so small a ratio has too few bits to round the
// bias to the nearest step.  With the ratio 2^-16 it rounds within 2^-9 of a
// tie.
TensorType CoarserZeroChannels(const TensorType& x, const Tensor& w,
                               const ElemType& y) {
  constexpr double kRatio = 0x1p-16;
  const Quant& quant = *w.type().quant;
  if (quant.axis != 0 || quant.block != 0) return w.type();
  auto coarser = std::make_shared<Quant>(quant);
  const double to_ratio = static_cast<double>(x.quant->scale[0]) /
                          static_cast<double>(y.quant->scale[0]);
  for (size_t c = 0; c < quant.scale.size(); ++c) {
    if (static_cast<double>(quant.scale[c]) * to_ratio < kRatio &&
        IsZeroChannel(w, static_cast<int64_t>(c))) {
      coarser->scale[c] = static_cast<float>(kRatio / to_ratio);
    }
  }
  return TensorType(w.dtype(), w.shape(), std::move(coarser));
}

}  // namespace

std::optional<Tensor> ConstantTensor(const Value& value) {
  if (value.constant() != nullptr) return *value.constant();
  if (value.producer() == nullptr) return std::nullopt;
  std::vector<Tensor> operands;
  for (const Value* operand : value.producer()->inputs()) {
    std::optional<Tensor> tensor;
    if (operand != nullptr) tensor = ConstantTensor(*operand);
    if (!tensor) return std::nullopt;
    operands.push_back(*std::move(tensor));
  }
  std::vector<const Tensor*> in;
  for (const Tensor& operand : operands) in.push_back(&operand);
  absl::StatusOr<std::vector<Tensor>> out = EvaluateNode(*value.producer(), in);
  if (!out.ok()) return std::nullopt;
  return (*out)[static_cast<size_t>(value.output_index())];
}

absl::Status PrepareLayer(Graph& graph, const Node& node, const ElemType& elem,
                          std::vector<Value*>* operands) {
  const QuantRule rule = node.op().Quantization();
  const TensorType& x = (*operands)[0]->type();
  Value*& weights = (*operands)[static_cast<size_t>(rule.weight)];
  if (weights->constant() == nullptr) {
    return Unimplemented("its weights are not constant");
  }
  const Tensor w = weights->constant()->WithType(
      CoarserZeroChannels(x, *weights->constant(), elem));
  std::optional<Tensor> bias;
  const size_t b = static_cast<size_t>(rule.bias);
  const bool has_bias = b < operands->size() && (*operands)[b] != nullptr;
  if (has_bias) {
    TINYC_ASSIGN_OR_RETURN(bias, IntegerBias(*(*operands)[b], x, w.type()));
  }
  // Which of them the kernel does is decided later.
  for (const InputZero where : {InputZero::kInBias, InputZero::kInKernel}) {
    TINYC_RETURN_IF_ERROR(
        FoldWeighted(x, w, bias ? &*bias : nullptr,
                     TensorType(elem, node.output()->type().shape),
                     -std::numeric_limits<float>::infinity(),
                     std::numeric_limits<float>::infinity(), where)
            .status());
  }
  if (!(w.type() == weights->type())) {
    weights = graph.AddConstant(w, absl::StrCat(weights->name(), "_int"));
  }
  if (has_bias) {
    (*operands)[b] = graph.AddConstant(
        *std::move(bias), absl::StrCat((*operands)[b]->name(), "_int"));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
