// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/ngrams.h"

#include <algorithm>
#include <optional>

#include "compiler/ir/graph.h"
#include "compiler/ops/indexed.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "ngrams/ngrams.h"

static auto BlockFields(const tc_ngrams_shape*) {
  using T = tc_ngrams_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_ngrams_shape",
      std::tuple{BlockMember{"rows", &T::rows}, BlockMember{"cols", &T::cols},
                 BlockMember{"grams", &T::grams}, BlockMember{"size", &T::size},
                 BlockMember{"max_skip", &T::max_skip}}};
}

namespace tinyc {
namespace {

struct Gram {
  int64_t column;
  absl::Span<const int64_t> numbers;
};

// The entries of `grams`; nothing when it is cut off or a number is wrong.
std::optional<std::vector<Gram>> Parse(absl::Span<const int64_t> grams,
                                       int64_t size) {
  std::vector<Gram> parsed;
  while (!grams.empty()) {
    if (grams.size() < 3 || grams[0] < 1 || grams[1] < 0 || grams[1] >= size ||
        static_cast<uint64_t>(grams[0]) > grams.size() - 2) {
      return std::nullopt;
    }
    const size_t length = static_cast<size_t>(grams[0]);
    parsed.push_back({grams[1], grams.subspan(2, length)});
    grams.remove_prefix(2 + length);
  }
  return parsed;
}

}  // namespace

void RegisterNgrams(OpRegistry& registry) {
  registry.Add(std::make_unique<Ngrams>());
}

absl::StatusOr<std::vector<TensorType>> Ngrams::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[0];
  TINYC_RETURN_IF_ERROR(CheckIndexType(x));               // ngrams_c1
  if (x.rank() == 0) return Invalid("x is a scalar");     // ngrams_c2
  if (size < 0 || max_skip < 0 || !Parse(grams, size)) {  // ngrams_c3
    return Invalid("the n-grams are no list for ", size, " columns");
  }
  Shape shape = x.shape;
  shape.back() = size;
  return std::vector{TensorType(DType::kF32, std::move(shape))};
}

absl::Status Ngrams::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[0];
  Tensor& y = *args.out[0];
  const int64_t cols = x.shape().back();
  const std::vector<Gram> parsed = *Parse(grams, size);
  for (int64_t row = 0; size > 0 && row < y.size() / size; ++row) {
    for (const Gram& gram : parsed) {
      const int64_t n = static_cast<int64_t>(gram.numbers.size());
      for (int64_t skip = 0; skip <= (n == 1 ? 0 : max_skip); ++skip) {
        const int64_t span = (n - 1) * (skip + 1) + 1;
        if (span > cols) break;
        for (int64_t first = 0; first + span <= cols; ++first) {
          bool same = true;
          for (int64_t k = 0; same && k < n; ++k) {
            same = x.IntAt(row * cols + first + k * (skip + 1)) ==
                   gram.numbers[static_cast<size_t>(k)];
          }
          const int64_t at = row * size + gram.column;
          if (same) y.Set(at, y.At(at) + 1);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> Ngrams::Lower(const Node& node) const {
  const TensorType& x = node.input(0)->type();
  const int64_t cols = x.shape.back();
  Shape rows = x.shape;
  rows.back() = 1;
  const std::vector<Gram> parsed = *Parse(grams, size);
  KernelCall call;
  call.family = FamilyName("ngrams", x.dtype);
  call.shape =
      Block::Of(tc_ngrams_shape{Int32(NumElements(rows)), Int32(cols),
                                Int32(static_cast<int64_t>(parsed.size())),
                                Int32(size), Int32(std::min(max_skip, cols))});
  const int64_t length = static_cast<int64_t>(grams.size());
  call.args = {
      KernelArg::Input(0),
      KernelArg::Constant("grams", Tensor::Of<int64_t>({length}, grams)),
      KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
