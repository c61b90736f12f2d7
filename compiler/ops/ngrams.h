// SPDX-License-Identifier: Apache-2.0
// Counts of n-grams.
#ifndef TINYC_COMPILER_OPS_NGRAMS_H_
#define TINYC_COMPILER_OPS_NGRAMS_H_

#include <tuple>
#include <vector>

#include "compiler/ir/op.h"

namespace tinyc {

// x: s32 or s64, [..., n].  y: f32 [..., size]: column c counts the occurrences
// of the n-grams with column c.  The numbers of an n-gram are neighbours in x,
// or are so when every other one, every third, ... is taken, up to max_skip
// left out between two.
// What ONNX TfIdfVectorizer counts.
struct Ngrams final : OpBase<Ngrams> {
  static constexpr absl::string_view kName = "ngrams";
  static constexpr Operand kOperands[] = {{"x"}};

  std::vector<int64_t> grams;  // length, column, the numbers; for each n-gram
  int64_t size = 0;
  int64_t max_skip = 0;

  static constexpr auto kAttrs =
      std::tuple{Attr{"grams", &Ngrams::grams}, Attr{"size", &Ngrams::size},
                 Attr{"max_skip", &Ngrams::max_skip}};

  absl::StatusOr<std::vector<TensorType>> InferTypes(
      const InferArgs& args) const override;
  absl::Status Evaluate(const EvalArgs& args) const override;
  absl::StatusOr<std::vector<KernelCall>> Lower(
      const Node& node) const override;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_OPS_NGRAMS_H_
