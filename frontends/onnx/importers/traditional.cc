// SPDX-License-Identifier: Apache-2.0
// Operators on features, of traditional machine learning.
#include <algorithm>

#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {

// Counts of n-grams (TF), weights of those that occur (IDF), or their products
// (TFIDF).
absl::Status ImportTfIdfVectorizer(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, IndexInput(node, 0));
  const int64_t least = node.Int("min_gram_length", 1);
  const int64_t most = node.Int("max_gram_length", 1);
  const std::string mode = node.String("mode", "");
  const std::vector<int64_t> starts = node.Ints("ngram_counts");
  const std::vector<int64_t> columns = node.Ints("ngram_indexes");
  TINYC_ASSIGN_OR_RETURN(const std::vector<int64_t> pool,
                         node.RawInts("pool_int64s"));
  const std::vector<float> weights = node.Floats("weights");
  int64_t size = 0;
  for (const int64_t column : columns) size = std::max(size, column + 1);
  if (!weights.empty() && static_cast<int64_t>(weights.size()) != size) {
    return Invalid("it has ", weights.size(), " weights for ", size,
                   " columns");
  }
  // The n-grams of length n begin at starts[n - 1] in the pool.
  std::vector<int64_t> grams;
  size_t gram = 0;
  for (size_t n = 1; n <= starts.size(); ++n) {
    const int64_t begin = starts[n - 1];
    const int64_t end =
        n < starts.size() ? starts[n] : static_cast<int64_t>(pool.size());
    if (begin < 0 || end < begin || end > static_cast<int64_t>(pool.size())) {
      return Invalid("ngram_counts does not divide the pool");
    }
    const int64_t length = static_cast<int64_t>(n);
    for (int64_t at = begin; at + length <= end; at += length, ++gram) {
      if (gram >= columns.size()) {
        return Invalid("it has more n-grams than ngram_indexes");
      }
      if (length < least || length > most) continue;
      grams.push_back(length);
      grams.push_back(columns[gram]);
      grams.insert(grams.end(), pool.begin() + at, pool.begin() + at + length);
    }
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, node.Emit("ngrams", {x},
                           {{"grams", grams},
                            {"size", size},
                            {"max_skip", node.Int("max_skip_count", 0)}}));
  if (mode == "IDF") {
    TINYC_ASSIGN_OR_RETURN(y, WithScalar(node, "min", y, 1));
  } else if (mode != "TF" && mode != "TFIDF") {
    return Invalid("mode has the value \"", mode, "\"");
  }
  if (mode == "TF" || weights.empty()) return node.SetOutput(0, y);
  return node.SetOutput(
      0, node.Emit("mul",
                   {y, node.AddConstant(Tensor::Of<float>({size}, weights))}));
}

absl::Status ImportArrayFeatureExtractor(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(Value * index, IndexInput(node, 1));
  if (x->type().rank() == 0) return Invalid("its first operand is a scalar");
  const int64_t last = x->type().shape.back();
  if (x->type().rank() == 1) {
    TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node, x, {1, last}));
  }
  TINYC_ASSIGN_OR_RETURN(const std::shared_ptr<const Tensor> constant,
                         node.InputIfConstant(1));
  TINYC_RETURN_IF_ERROR(CheckInside(constant.get(), {last}));
  TINYC_ASSIGN_OR_RETURN(
      index, ReshapeTo(node, index, {index->type().num_elements()}));
  const int64_t axis = x->type().rank() - 1;
  return node.SetOutput(0, node.Emit("gather", {x, index}, {{"axis", axis}}));
}

// threshold < x
absl::Status ImportBinarizer(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.Input(0));
  const DType dtype = x->type().dtype;
  Value* threshold =
      node.Scalar(dtype, static_cast<double>(node.Float("threshold", 0)));
  TINYC_ASSIGN_OR_RETURN(Value * above, node.Emit("less", {threshold, x}));
  return node.SetOutput(0, CastTo(node, above, dtype));
}

}  // namespace tinyc
