// SPDX-License-Identifier: Apache-2.0
// Maximum and average over windows of any spatial rank.
#ifndef TINYC_COMPILER_OPS_POOL_H_
#define TINYC_COMPILER_OPS_POOL_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "compiler/ir/op.h"
#include "compiler/ops/window.h"
#include "pool/pool.h"

namespace tinyc {

// What all kinds of pooling share.  x: [N,C,space...] or [N,space...,C] as
// `layout` says.
class Pool : public Op {
 public:
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> pads;
  std::vector<int64_t> dilations;
  bool ceil_mode = false;  // a window may hang over the padded end
  Layout layout = Layout::kNchw;

  Window ToWindow() const {
    return {.kernel = kernel,
            .strides = strides,
            .pads = pads,
            .dilations = dilations,
            .ceil_mode = ceil_mode};
  }

 protected:
  // The shape of the result, or what is wrong with the window.  Every window
  // covers an element of x.
  absl::StatusOr<Shape> OutputShape(const TensorType& x) const;
  // The shape block of the kernels, or why they cannot compute the node.
  absl::StatusOr<tc_pool_shape> KernelShape(const Node& node) const;

  // Calls visit(offset in y, offsets in x of the elements of its window, index
  // of the window in row-major order of the spatial dimensions).
  void ForEachWindow(
      const Tensor& x, const Tensor& y,
      absl::FunctionRef<void(int64_t, absl::Span<const int64_t>, int64_t)>
          visit) const;
};

// The greatest element of each window; padding and a NaN never are. A window
// of nothing else gives -infinity.  ONNX MaxPool
// (https://onnx.ai/onnx/operators/onnx__MaxPool.html).
struct MaxPool final : OpBase<MaxPool, Pool> {
  static constexpr absl::string_view kName = "max_pool";
  static constexpr Operand kOperands[] = {{"x"}};
  static constexpr auto kAttrs = std::tuple{
      Attr<MaxPool, std::vector<int64_t>>{"kernel", &MaxPool::kernel},
      Attr<MaxPool, std::vector<int64_t>>{"strides", &MaxPool::strides},
      Attr<MaxPool, std::vector<int64_t>>{"pads", &MaxPool::pads},
      Attr<MaxPool, std::vector<int64_t>>{"dilations", &MaxPool::dilations},
      Attr<MaxPool, bool>{"ceil_mode", &MaxPool::ceil_mode},
      Attr<MaxPool, Layout>{"layout", &MaxPool::layout}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kSameScale};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

// The sum of each window divided by the number of its elements: those in x, or
// with count_include_pad those in x and its padding.  Quantized: rounded once,
// as docs/numbers.md says, with one multiplier per divisor that occurs and one
// shift for all of them.  ONNX AveragePool
// (https://onnx.ai/onnx/operators/onnx__AveragePool.html).
struct AveragePool final : OpBase<AveragePool, Pool> {
  static constexpr absl::string_view kName = "average_pool";
  static constexpr Operand kOperands[] = {{"x"}};

  bool count_include_pad = false;

  static constexpr auto kAttrs = std::tuple{
      Attr<AveragePool, std::vector<int64_t>>{"kernel", &AveragePool::kernel},
      Attr<AveragePool, std::vector<int64_t>>{"strides", &AveragePool::strides},
      Attr<AveragePool, std::vector<int64_t>>{"pads", &AveragePool::pads},
      Attr<AveragePool, std::vector<int64_t>>{"dilations",
                                              &AveragePool::dilations},
      Attr<AveragePool, bool>{"ceil_mode", &AveragePool::ceil_mode},
      Attr<AveragePool, bool>{"count_include_pad",
                              &AveragePool::count_include_pad},
      Attr<AveragePool, Layout>{"layout", &AveragePool::layout}};

  // Divisors of the windows over `space`, one per output position, row-major.
  std::vector<int64_t> Divisors(absl::Span<const int64_t> space,
                                absl::Span<const int64_t> out) const;
  // s_x / (s_y * n) for each n of `divisors`, which are distinct.
  static std::vector<double> Ratios(const TensorType& x, const TensorType& y,
                                    absl::Span<const int64_t> divisors);

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  QuantRule Quantization() const override {
    return {.kind = QuantRule::Kind::kFree};
  }
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_POOL_H_
