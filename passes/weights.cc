// SPDX-License-Identifier: Apache-2.0
#include "passes/weights.h"

#include <algorithm>
#include <limits>

#include "compiler/ops/conv.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/quantize.h"
#include "passes/rewrite.h"

namespace tinyc {
namespace {

template <typename T>
bool Unlimited(const T& op) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  return op.act_min == -kInf && op.act_max == kInf;
}

size_t ChannelAxis(const Node& node, const TensorType& type) {
  const Conv* conv = node.As<Conv>();
  const bool second = conv != nullptr && conv->layout == Layout::kNchw;
  return second ? 1 : static_cast<size_t>(type.rank()) - 1;
}

}  // namespace

bool IsWeighted(const Node& node) {
  return node.As<Conv>() != nullptr || node.As<Dense>() != nullptr;
}

bool HasNoActivation(const Node& node) {
  if (const Conv* conv = node.As<Conv>()) return Unlimited(*conv);
  const Dense* dense = node.As<Dense>();
  return dense != nullptr && Unlimited(*dense);
}

bool HasPadding(const Node& node) {
  const Conv* conv = node.As<Conv>();
  return conv != nullptr && std::any_of(conv->pads.begin(), conv->pads.end(),
                                        [](int64_t pad) { return pad != 0; });
}

size_t InputChannelAxis(const Node& node) {
  return ChannelAxis(node, node.input(0)->type());
}

size_t OutputChannelAxis(const Node& node) {
  return ChannelAxis(node, node.output()->type());
}

const Tensor* ConstantBehind(const Value* value) {
  if (ProducedBy<Dequantize>(value) != nullptr) {
    value = value->producer()->input(0);
  }
  return value == nullptr ? nullptr : value->constant().get();
}

std::vector<double> PerChannel(const Value* value, const Shape& shape,
                               size_t axis) {
  const Tensor* tensor = ConstantBehind(value);
  if (tensor == nullptr) return {};
  const size_t rank = tensor->shape().size();
  if (rank > shape.size()) return {};
  for (size_t d = 0; d < rank; ++d) {
    const size_t at = d + shape.size() - rank;
    const int64_t dim = tensor->shape()[d];
    if (dim != 1 && (at != axis || dim != shape[axis])) return {};
  }
  std::vector<double> numbers;
  for (int64_t c = 0; c < shape[axis]; ++c) {
    numbers.push_back(tensor->Real(tensor->size() == 1 ? 0 : c));
  }
  return numbers;
}

Tensor MapWeights(
    const Node& node,
    absl::FunctionRef<double(int64_t out, int64_t in, double weight)> f) {
  const Tensor& old = *node.input(1)->constant();
  Tensor mapped(old.type());
  const int64_t out = old.shape()[0];
  const int64_t in = old.shape()[1];
  const Conv* conv = node.As<Conv>();
  const int64_t group_out = out / (conv == nullptr ? 1 : conv->group);
  const int64_t taps = out * in == 0 ? 0 : old.size() / (out * in);
  int64_t i = 0;
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t c = 0; c < in; ++c) {
      const int64_t channel = o / group_out * in + c;
      for (int64_t tap = 0; tap < taps; ++tap, ++i) {
        mapped.Set(i, f(o, channel, old.At(i)));
      }
    }
  }
  return mapped;
}

}  // namespace tinyc
