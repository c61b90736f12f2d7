// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/block_dense.h"

#include "block_dense/block_dense.h"
#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"

static auto BlockFields(const tc_block_dense_shape*) {
  using T = tc_block_dense_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_block_dense_shape",
      std::tuple{BlockMember{"rows", &T::rows}, BlockMember{"in", &T::in},
                 BlockMember{"out", &T::out}, BlockMember{"blocks", &T::blocks},
                 BlockMember{"block", &T::block},
                 BlockMember{"zero", &T::zero}}};
}

namespace tinyc {

void RegisterBlockDense(OpRegistry& registry) {
  registry.Add(std::make_unique<BlockDense>());
}

absl::StatusOr<std::vector<TensorType>> BlockDense::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  const TensorType& w = *args.in[1];
  const TensorType& scale = *args.in[2];
  if (!(x.elem() == ElemType{DType::kF32, nullptr}) ||
      (w.dtype != DType::kU4 && w.dtype != DType::kU8) ||
      w.quantized()) {  // block_dense_c1
    return Invalid("block_dense takes f32 and plain weights of u4 or u8");
  }
  if (x.rank() < 1 || w.rank() != 2 || block < 1 || block > (1 << 24) ||
      (w.dtype == DType::kU4 && block % 2 != 0)) {  // block_dense_c2
    return Invalid("input has rank ", x.rank(), ", weight ", w.rank(),
                   ", blocks have ", block, " elements");
  }
  const int64_t blocks = w.shape[1] / block;
  if (w.shape[1] % block != 0 ||
      blocks != (x.shape.back() + block - 1) / block) {  // block_dense_c3
    return Invalid("weight has ", w.shape[1], " columns, ", x.shape.back(),
                   " inputs in blocks of ", block, " take other ones");
  }
  const Shape of_blocks = {w.shape[0], blocks};
  if (!(scale == TensorType(DType::kF32, of_blocks))) {  // block_dense_c4
    return Invalid("the scales are not of type f32", ToString(of_blocks));
  }
  if (args.in[3] != nullptr &&
      !(*args.in[3] == TensorType(DType::kU8, of_blocks))) {  // block_dense_c5
    return Invalid("the zero points are not of type u8", ToString(of_blocks));
  }
  if (args.in[4] != nullptr &&
      !(*args.in[4] ==
        TensorType(DType::kF32, {w.shape[0]}))) {  // block_dense_c6
    return Invalid("the bias is not of type f32[", w.shape[0], "]");
  }
  TensorType y = x;
  y.shape.back() = w.shape[0];
  return std::vector{std::move(y)};
}

absl::Status BlockDense::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  const Tensor& w = *args.in[1];
  const Tensor* zeros = args.in[3];
  const Tensor* bias = args.in[4];
  const int64_t in = x.shape().back();
  const int64_t out = w.shape()[0];
  const int64_t columns = w.shape()[1];
  for (int64_t at = 0; at < args.out[0]->size(); ++at) {
    const int64_t row = at / out;
    const int64_t o = at % out;
    double acc = bias == nullptr ? 0 : bias->At(o);
    for (int64_t k = 0; k < in; ++k) {
      const int64_t b = (o * columns + k) / block;
      const int64_t from = zeros == nullptr ? zero : zeros->IntAt(b);
      acc += args.in[2]->At(b) *
             static_cast<double>(w.IntAt(o * columns + k) - from) *
             x.At(row * in + k);
    }
    args.out[0]->Set(at, acc);
  }
  return absl::OkStatus();
}

int64_t BlockDense::Macs(const Node& node) const {
  return node.output()->type().num_elements() *
         node.input(0)->type().shape.back();
}

absl::StatusOr<std::vector<KernelCall>> BlockDense::Lower(
    const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const TensorType& w = node.input(1)->type();
  const TensorType& y = node.output()->type();
  const int64_t in = x.shape.back();
  KernelCall call;
  call.family = FamilyName("block_dense", w.dtype);
  call.shape = Block::Of(tc_block_dense_shape{
      Int32(w.shape[0] == 0 ? 0 : y.num_elements() / w.shape[0]), Int32(in),
      Int32(w.shape[0]), Int32(w.shape[1] / block), Int32(block), Int32(zero)});
  for (int i = 0; i < 5; ++i) {
    call.args.push_back(node.input(static_cast<size_t>(i)) == nullptr
                            ? KernelArg::Null()
                            : KernelArg::Input(i));
  }
  call.args.push_back(KernelArg::Output(0));
  return std::vector{std::move(call)};
}

}  // namespace tinyc
