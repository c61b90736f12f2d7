// SPDX-License-Identifier: Apache-2.0
// com.microsoft MatMulNBits => block_dense, whose weights stay packed
#include <cstring>
#include <vector>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

// Zero points of `bits` bits, every row of `blocks` ones padded to whole bytes,
// as bytes [n, blocks].
absl::StatusOr<Value*> UnpackZeros(OnnxNode& node, const Tensor& packed,
                                   int64_t n, int64_t blocks, int64_t bits) {
  const int64_t row = (blocks * bits + 7) / 8;
  if (packed.dtype() != DType::kU8 || packed.size() != n * row) {
    return Unimplemented(
        "zero points that are not packed like the weights are "
        "not supported");
  }
  Tensor zeros(TensorType(DType::kU8, {n, blocks}));
  for (int64_t i = 0; i < zeros.size(); ++i) {
    const int64_t bit = i % blocks * bits;
    const int64_t byte = packed.IntAt(i / blocks * row + bit / 8);
    zeros.SetInt(i, byte >> bit % 8 & ((1 << bits) - 1));
  }
  return node.AddConstant(std::move(zeros));
}

}  // namespace

absl::Status ImportMatMulNBits(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> stored,
                         node.ConstantInput(1));
  TINYC_ASSIGN_OR_RETURN(Value * scale, node.Input(2));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> packed_zeros,
                         node.ConstantInput(3));
  TINYC_ASSIGN_OR_RETURN(Value * bias, node.OptionalInput(5));
  node.Int("accuracy_level", 0);  // allows less precision; f32 is never less
  const int64_t k = node.Int("K", 0);
  const int64_t n = node.Int("N", 0);
  const int64_t bits = node.Int("bits", 4);
  const int64_t block = node.Int("block_size", 0);
  if (bits != 4 && bits != 8) {
    return Unimplemented("weights of ", bits, " bits are not supported");
  }
  if (k < 1 || n < 1 || block < 2 || block % 2 != 0) {
    return Invalid("K, N and block_size are ", k, ", ", n, " and ", block);
  }
  const int64_t blocks = (k + block - 1) / block;
  TINYC_ASSIGN_OR_RETURN(
      const TensorType type,
      CheckedType(bits == 4 ? DType::kU4 : DType::kU8, {n, blocks * block}));
  if (stored == nullptr || stored->dtype() != DType::kU8 ||
      static_cast<int64_t>(stored->bytes().size()) != type.bytes() ||
      scale->type().num_elements() != n * blocks) {
    return Invalid(
        "its weights or scales do not have the size that K, N and "
        "block_size say");
  }
  Tensor w(type);
  std::memcpy(w.bytes().data(), stored->bytes().data(), w.bytes().size());
  TINYC_ASSIGN_OR_RETURN(scale, CastTo(node, scale, DType::kF32));
  TINYC_ASSIGN_OR_RETURN(scale, ReshapeTo(node, scale, {n, blocks}));
  Value* zeros = nullptr;
  if (packed_zeros != nullptr) {
    TINYC_ASSIGN_OR_RETURN(zeros,
                           UnpackZeros(node, *packed_zeros, n, blocks, bits));
  }
  const DType dtype = x->type().dtype;
  TINYC_ASSIGN_OR_RETURN(x, CastTo(node, x, DType::kF32));
  if (bias != nullptr) {
    TINYC_ASSIGN_OR_RETURN(bias, CastTo(node, bias, DType::kF32));
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y,
      node.Emit("block_dense",
                {x, node.AddConstant(std::move(w)), scale, zeros, bias},
                {{"block", block}, {"zero", int64_t{1} << (bits - 1)}}));
  return node.SetOutput(0, CastTo(node, y, dtype));
}

}  // namespace tinyc
