// SPDX-License-Identifier: Apache-2.0
// Computes a dense layer of floats from the integers of weights that are
// quantized in blocks, which would be four or eight times the size as floats.
//
//   %1 = dequantize(%w)                   (%w: constant s4 q(axis=1, block=16))
//   %y = dense(%x, %1, %b) {act_min=0}
// =>
//   %2 = block_dense(%x, %w', %scales, %zeros, %b) {block=16}
//   %y = clip(%2) {min=0}
//
// %w' are the same numbers as unsigned integers, and each row ends with a whole
// block.  A transpose may stand before the layer, as matmul-to-dense leaves it.
// Run after integerize and before fold-dequantize.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/ops/block_dense.h"
#include "compiler/ops/clip.h"
#include "compiler/ops/dense.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/transpose.h"
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "passes/weights.h"

namespace tinyc {
namespace {

// Weights [N, K] that are stored as they are or transposed, in blocks along K.
struct BlockedWeights {
  const Tensor* stored = nullptr;
  bool transposed = false;

  int64_t rows() const { return stored->shape()[transposed ? 1 : 0]; }
  int64_t columns() const { return stored->shape()[transposed ? 0 : 1]; }
  int64_t block() const { return stored->type().quant->block; }
  int64_t blocks() const { return (columns() + block() - 1) / block(); }
  int64_t Index(int64_t n, int64_t k) const {
    return transposed ? k * rows() + n : n * columns() + k;
  }
  // That of scale and zero point of block `b` of row `n`.
  size_t QuantOf(int64_t n, int64_t b) const {
    return QuantIndex(stored->type(), Index(n, b * block()));
  }
};

std::optional<BlockedWeights> BlockedWeightsOf(const Value* value) {
  BlockedWeights weights;
  if (!value->has_single_use()) return std::nullopt;
  const Transpose* transpose = ProducedBy<Transpose>(value);
  if (transpose != nullptr && value->type().rank() == 2) {
    weights.transposed = transpose->perm[0] == 1;
    value = value->producer()->input(0);
  }
  if (ProducedBy<Dequantize>(value) == nullptr || !value->has_single_use()) {
    return std::nullopt;
  }
  weights.stored = value->producer()->input(0)->constant().get();
  if (weights.stored == nullptr || weights.stored->size() == 0) {
    return std::nullopt;
  }
  const TensorType& type = weights.stored->type();
  const int bits = InfoOf(type.dtype).bits;
  if (type.rank() != 2 || type.quant->axis != (weights.transposed ? 0 : 1) ||
      type.quant->block < 2 || type.quant->block % 2 != 0 ||
      (bits != 4 && bits != 8)) {
    return std::nullopt;
  }
  return weights;
}

// What makes stored integers unsigned ones of the same size.
int64_t Offset(const BlockedWeights& weights) {
  return -MinOf(weights.stored->dtype());
}

// As rows of whole blocks.
Tensor UnsignedRows(const BlockedWeights& w) {
  const DType stored = w.stored->dtype();
  const DType dtype = InfoOf(stored).bits == 4 ? DType::kU4 : DType::kU8;
  const int64_t padded = w.blocks() * w.block();
  Tensor result(TensorType(dtype, {w.rows(), padded}));
  for (int64_t n = 0; n < w.rows(); ++n) {
    for (int64_t k = 0; k < w.columns(); ++k) {
      result.SetInt(n * padded + k, w.stored->IntAt(w.Index(n, k)) + Offset(w));
    }
  }
  return result;
}

absl::StatusOr<bool> KeepBlocksOf(Graph& graph, Node* node) {
  const Dense* dense = node->As<Dense>();
  if (dense == nullptr || node->output()->type().dtype != DType::kF32) {
    return false;
  }
  const std::optional<BlockedWeights> weights =
      BlockedWeightsOf(node->input(1));
  if (!weights) return false;
  const Quant& quant = *weights->stored->type().quant;
  Tensor scales(TensorType(DType::kF32, {weights->rows(), weights->blocks()}));
  Tensor zeros(TensorType(DType::kU8, scales.shape()));
  for (int64_t i = 0; i < scales.size(); ++i) {
    const size_t from =
        weights->QuantOf(i / weights->blocks(), i % weights->blocks());
    scales.Set(i, double{quant.scale[from]});
    zeros.SetInt(i, quant.zero_point[from] + Offset(*weights));
  }
  BlockDense op;
  op.block = weights->block();
  const absl::Span<const uint8_t> all = zeros.bytes();
  const bool differ = std::any_of(all.begin(), all.end(),
                                  [&](uint8_t zero) { return zero != all[0]; });
  if (!differ) op.zero = all[0];
  std::vector<Value*> operands = {
      node->input(0), graph.AddConstant(UnsignedRows(*weights)),
      graph.AddConstant(std::move(scales)),
      differ ? graph.AddConstant(std::move(zeros)) : nullptr, node->input(2)};
  const NewNode place{.before = node, .from = {node}};
  TINYC_ASSIGN_OR_RETURN(
      Value * y, AddNode(graph, place, std::move(op), std::move(operands)));
  if (!HasNoActivation(*node)) {
    Clip clip;
    clip.min = dense->act_min;
    clip.max = dense->act_max;
    TINYC_ASSIGN_OR_RETURN(y, AddNode(graph, place, std::move(clip), {y}));
  }
  ReplaceAndRename(graph, node->output(), y);
  return true;
}

}  // namespace

absl::Status KeepBlocks(Module& module, const PassOptions& options) {
  TINYC_RETURN_IF_ERROR(options.CheckKnown({}));
  return RewriteNodes(*module.graph, KeepBlocksOf).status();
}

}  // namespace tinyc
