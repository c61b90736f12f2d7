// SPDX-License-Identifier: Apache-2.0
// com.microsoft EmbedLayerNormalization: the normalized sum of what a word, its
// position and its segment are embedded as.
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// The rows of operand `table` that operand `ids` names.
absl::StatusOr<Value*> Embedding(OnnxNode& node, size_t table, size_t ids) {
  TINYC_ASSIGN_OR_RETURN(Value * rows, node.Input(table));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, ids));
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> known,
                         node.InputIfConstant(ids));
  if (rows->type().rank() != 2) {
    return Invalid("operand ", table, " is no table of embeddings");
  }
  TINYC_RETURN_IF_ERROR(CheckInside(known.get(), {rows->type().shape[0]}));
  return node.Emit("gather", {rows, index}, {{"axis", int64_t{0}}});
}

// The positions in the order of the words, unless operand 8 names others.
absl::StatusOr<Value*> Positions(OnnxNode& node, int64_t words) {
  if (node.HasInput(8)) return Embedding(node, 3, 8);
  TINYC_ASSIGN_OR_RETURN(Value * rows, node.Input(3));
  const Shape shape = rows->type().shape;
  if (shape.size() != 2 || shape[0] < words) {
    return Invalid("embeddings of positions of shape ", ToString(shape),
                   " are too few for ", words, " words");
  }
  return node.Emit("slice", {rows},
                   {{"starts", std::vector<int64_t>{0, 0}},
                    {"sizes", std::vector<int64_t>{words, shape[1]}}});
}

// The number of words of each row, which the mask has as ones.
absl::StatusOr<Value*> CountWords(OnnxNode& node, int64_t rows) {
  if (!node.HasInput(7)) {
    return node.AddConstant(Tensor(TensorType(DType::kS32, {rows})));
  }
  TINYC_ASSIGN_OR_RETURN(Value * mask, node.Input(7));
  const std::vector<int64_t> last = {1};
  return node.Emit("reduce_sum", {mask}, {{"axes", last}, {"keepdims", false}});
}

}  // namespace

absl::Status ImportEmbedLayerNormalization(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const TensorType ids, node.InputType(0));
  if (ids.rank() != 2) return Invalid("its words have rank ", ids.rank());
  TINYC_ASSIGN_OR_RETURN(Value * sum, Embedding(node, 2, 0));
  TINYC_ASSIGN_OR_RETURN(Value * position, Positions(node, ids.shape[1]));
  TINYC_ASSIGN_OR_RETURN(sum, node.Emit("add", {sum, position}));
  if (node.HasInput(1) != node.HasInput(4)) {
    return Invalid("it has segments or their embeddings, but not both");
  }
  if (node.HasInput(1)) {
    TINYC_ASSIGN_OR_RETURN(Value * segment, Embedding(node, 4, 1));
    TINYC_ASSIGN_OR_RETURN(sum, node.Emit("add", {sum, segment}));
  }
  TINYC_ASSIGN_OR_RETURN(Value * gamma, node.Input(5));
  TINYC_ASSIGN_OR_RETURN(Value * beta, node.Input(6));
  const std::vector<int64_t> last = {-1};
  TINYC_RETURN_IF_ERROR(node.SetOutput(
      0, node.Emit("normalize", {sum, gamma, beta},
                   {{"axes", last},
                    {"scale_axes", last},
                    {"epsilon", node.Float("epsilon", 1e-12f)}})));
  node.Ignore("mask_index_type");  // says what output 1 looks like
  if (node.OutputUsed(1)) {
    TINYC_RETURN_IF_ERROR(node.SetOutput(1, CountWords(node, ids.shape[0])));
  } else if (node.HasInput(7)) {
    TINYC_RETURN_IF_ERROR(node.InputType(7).status());
    TINYC_RETURN_IF_ERROR(node.Input(7).status());
  }
  return node.OutputUsed(2) ? node.SetOutput(2, sum) : absl::OkStatus();
}

}  // namespace tinyc
