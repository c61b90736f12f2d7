// SPDX-License-Identifier: Apache-2.0
// ONNX Einsum => products of two factors at a time, each a matmul or a mul:
//   "bij,bjk,k->bi"  =>  1 = matmul(operand 1, operand 2)  bj
//                        y = matmul(operand 0, 1)          bi
// A dimension of size 1 has no label: it is dropped from every operand and put
// back into the result, so that what broadcasts needs no rule of its own.
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"

namespace tinyc {
namespace {

// A letter, or -1 - i for dimension i, counted from the end, of an ellipsis.
using Label = int;
using Labels = std::vector<Label>;

bool Holds(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// Those of `labels` that are in `other`, or that are not.
Labels Select(const Labels& labels, const Labels& other, bool in_other) {
  Labels selected;
  for (const Label label : labels) {
    if (Holds(other, label) == in_other) selected.push_back(label);
  }
  return selected;
}

Labels Joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// The labels of a term; its ellipsis stands for `ellipsis_rank` dimensions.
absl::StatusOr<Labels> ParseTerm(absl::string_view term,
                                 int64_t ellipsis_rank) {
  Labels labels;
  bool ellipsis = false;
  for (size_t i = 0; i < term.size(); ++i) {
    if (absl::ascii_isalpha(static_cast<unsigned char>(term[i]))) {
      labels.push_back(term[i]);
    } else if (term.substr(i, 3) == "..." && !ellipsis) {
      ellipsis = true;
      for (int64_t d = ellipsis_rank; d > 0; --d) {
        labels.push_back(static_cast<Label>(-d));
      }
      i += 2;
    } else {
      return Invalid("\"", term, "\" is no term of an equation");
    }
  }
  return labels;
}

// One factor: its value has one dimension per label.
struct Factor {
  Value* value = nullptr;
  Labels labels;
};

class Contraction {
 public:
  explicit Contraction(OnnxNode& node) : node_(node) {}

  absl::StatusOr<Value*> Run(absl::string_view equation,
                             const std::vector<Value*>& operands) {
    TINYC_RETURN_IF_ERROR(Parse(equation, operands));
    for (Factor& factor : factors_) {
      TINYC_RETURN_IF_ERROR(DropOnes(factor));
      TINYC_RETURN_IF_ERROR(TakeDiagonals(factor));
    }
    for (size_t i = 0; i < factors_.size(); ++i) {
      TINYC_RETURN_IF_ERROR(SumUnshared(i));
    }
    while (factors_.size() > 1) TINYC_RETURN_IF_ERROR(MultiplyCheapest());
    const Labels order = Select(result_, factors_[0].labels, true);
    TINYC_ASSIGN_OR_RETURN(Value * y, Ordered(factors_[0], order));
    return ReshapeTo(node_, y, SizesOf(result_));
  }

 private:
  absl::Status Parse(absl::string_view equation,
                     const std::vector<Value*>& operands);
  absl::Status SetSizes(const Factor& factor);
  absl::Status DropOnes(Factor& factor);
  absl::Status TakeDiagonals(Factor& factor);
  absl::Status SumUnshared(size_t i);
  absl::Status MultiplyCheapest();
  absl::StatusOr<Factor> Multiply(const Factor& a, const Factor& b,
                                  const Labels& wanted);

  // The labels of the result and of all factors but i and j.
  Labels NeededBeside(size_t i, size_t j) const {
    Labels needed = result_;
    for (size_t k = 0; k < factors_.size(); ++k) {
      if (k != i && k != j) needed = Joined(needed, factors_[k].labels);
    }
    return needed;
  }
  std::vector<int64_t> SizesOf(const Labels& labels) const {
    std::vector<int64_t> sizes;
    for (const Label label : labels) sizes.push_back(size_.at(label));
    return sizes;
  }
  int64_t Elements(const Labels& labels) const {
    double product = 1;  // cannot overflow
    for (const int64_t size : SizesOf(labels)) {
      product *= static_cast<double>(size);
    }
    return static_cast<int64_t>(std::min(product, 1e18));
  }
  // The value of `factor` with its dimensions in the order of `labels`.
  absl::StatusOr<Value*> Ordered(const Factor& factor, const Labels& labels) {
    std::vector<int64_t> perm;
    for (const Label label : labels) {
      perm.push_back(
          std::find(factor.labels.begin(), factor.labels.end(), label) -
          factor.labels.begin());
    }
    return TransposeTo(node_, factor.value, std::move(perm));
  }

  OnnxNode& node_;
  std::vector<Factor> factors_;
  Labels result_;
  std::map<Label, int64_t> size_;
};

absl::Status Contraction::Parse(absl::string_view equation,
                                const std::vector<Value*>& operands) {
  const std::string text = absl::StrReplaceAll(equation, {{" ", ""}});
  const std::vector<std::string> sides = absl::StrSplit(text, "->");
  const std::vector<std::string> terms = absl::StrSplit(sides[0], ',');
  if (sides.size() > 2 || terms.size() != operands.size()) {
    return Invalid("the equation \"", equation, "\" does not fit ",
                   operands.size(), " operands");
  }
  int64_t ellipsis_rank = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Labels labels, ParseTerm(terms[i], 0));
    const int64_t rest =
        operands[i]->type().rank() - static_cast<int64_t>(labels.size());
    const bool ellipsis = absl::StrContains(terms[i], "...");
    if (rest < 0 || (rest > 0 && !ellipsis)) {
      return Invalid("the term \"", terms[i],
                     "\" does not fit an operand of shape ",
                     ToString(operands[i]->type().shape));
    }
    TINYC_ASSIGN_OR_RETURN(labels, ParseTerm(terms[i], rest));
    ellipsis_rank = std::max(ellipsis_rank, rest);
    factors_.push_back({operands[i], std::move(labels)});
    TINYC_RETURN_IF_ERROR(SetSizes(factors_.back()));
  }
  if (sides.size() == 2) {
    TINYC_ASSIGN_OR_RETURN(result_, ParseTerm(sides[1], ellipsis_rank));
  } else {
    std::map<Label, int> count;
    for (const Factor& factor : factors_) {
      for (const Label label : factor.labels) ++count[label];
    }
    for (const auto& [label, times] : count) {  // negative labels come first
      if (label < 0 || times == 1) result_.push_back(label);
    }
  }
  for (const Label label : result_) {
    if (std::count(result_.begin(), result_.end(), label) > 1 ||
        !size_.contains(label)) {
      return Invalid("a label of the result of \"", equation,
                     "\" is repeated or in no operand");
    }
  }
  return absl::OkStatus();
}

absl::Status Contraction::SetSizes(const Factor& factor) {
  const Shape& shape = factor.value->type().shape;
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t& size = size_.emplace(factor.labels[d], 1).first->second;
    if (size != shape[d] && size != 1 && shape[d] != 1) {
      return Invalid("one label of the equation has sizes ", size, " and ",
                     shape[d]);
    }
    if (shape[d] != 1) size = shape[d];
  }
  return absl::OkStatus();
}

absl::Status Contraction::DropOnes(Factor& factor) {
  const Shape shape = factor.value->type().shape;
  const Labels labels = std::move(factor.labels);
  std::vector<int64_t> rest;
  factor.labels.clear();
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    rest.push_back(shape[d]);
    factor.labels.push_back(labels[d]);
  }
  TINYC_ASSIGN_OR_RETURN(factor.value, ReshapeTo(node_, factor.value, rest));
  return absl::OkStatus();
}

// A label that is repeated: of its n dimensions, brought to the end and seen as
// one, every (1 + size + size^2 + ...)-th element.
absl::Status Contraction::TakeDiagonals(Factor& factor) {
  for (size_t d = 0; d < factor.labels.size(); ++d) {
    const Label label = factor.labels[d];
    if (std::count(factor.labels.begin(), factor.labels.end(), label) == 1) {
      continue;
    }
    std::vector<int64_t> perm;
    std::vector<int64_t> repeated;
    Labels labels;
    for (size_t k = 0; k < factor.labels.size(); ++k) {
      const bool other = factor.labels[k] != label;
      (other ? perm : repeated).push_back(static_cast<int64_t>(k));
      if (other) labels.push_back(factor.labels[k]);
    }
    perm.insert(perm.end(), repeated.begin(), repeated.end());
    TINYC_ASSIGN_OR_RETURN(Value * x,
                           TransposeTo(node_, factor.value, std::move(perm)));
    const int64_t size = size_.at(label);
    int64_t all = 1;
    int64_t step = 0;
    for (size_t k = 0; k < repeated.size(); ++k) {
      step += all;
      all *= size;
    }
    std::vector<int64_t> sizes = SizesOf(labels);
    std::vector<int64_t> steps(sizes.size(), 1);
    sizes.push_back(all);
    TINYC_ASSIGN_OR_RETURN(x, ReshapeTo(node_, x, sizes));
    sizes.back() = size;
    steps.push_back(step);
    TINYC_ASSIGN_OR_RETURN(
        factor.value,
        node_.Emit("slice", {x},
                   {{"starts", std::vector<int64_t>(sizes.size(), 0)},
                    {"sizes", sizes},
                    {"steps", steps}}));
    labels.push_back(label);
    factor.labels = std::move(labels);
    d = static_cast<size_t>(-1);  // from the first label again
  }
  return absl::OkStatus();
}

// Sums over the labels that neither another factor nor the result has.
absl::Status Contraction::SumUnshared(size_t i) {
  Factor& factor = factors_[i];
  const Labels needed = NeededBeside(i, i);
  std::vector<int64_t> axes;
  for (size_t d = 0; d < factor.labels.size(); ++d) {
    if (!Holds(needed, factor.labels[d])) {
      axes.push_back(static_cast<int64_t>(d));
    }
  }
  if (axes.empty()) return absl::OkStatus();
  TINYC_ASSIGN_OR_RETURN(factor.value,
                         node_.Emit("reduce_sum", {factor.value},
                                    {{"axes", axes}, {"keepdims", false}}));
  factor.labels = Select(factor.labels, needed, true);
  return absl::OkStatus();
}

// Replaces the two factors whose product has the fewest elements, and of those
// takes the fewest multiplications.
absl::Status Contraction::MultiplyCheapest() {
  size_t best_i = 0;
  size_t best_j = 0;
  std::pair<int64_t, int64_t> least;
  for (size_t i = 0; i < factors_.size(); ++i) {
    for (size_t j = i + 1; j < factors_.size(); ++j) {
      const Labels& a = factors_[i].labels;
      const Labels all = Joined(a, Select(factors_[j].labels, a, false));
      const std::pair cost(Elements(Select(all, NeededBeside(i, j), true)),
                           Elements(all));
      if (best_j == 0 || cost < least) {
        least = cost;
        best_i = i;
        best_j = j;
      }
    }
  }
  TINYC_ASSIGN_OR_RETURN(factors_[best_i],
                         Multiply(factors_[best_i], factors_[best_j],
                                  NeededBeside(best_i, best_j)));
  factors_.erase(factors_.begin() + static_cast<std::ptrdiff_t>(best_j));
  return absl::OkStatus();
}

// As matrices: a is [both..., rows..., inner...], b [both..., inner...,
// cols...], where `both` are in the product.
absl::StatusOr<Factor> Contraction::Multiply(const Factor& a, const Factor& b,
                                             const Labels& wanted) {
  const Labels shared = Select(a.labels, b.labels, true);
  const Labels both = Select(shared, wanted, true);
  const Labels inner = Select(shared, wanted, false);
  const Labels rows = Select(a.labels, b.labels, false);
  const Labels cols = Select(b.labels, a.labels, false);
  // A constant is the second factor, as the weights of a layer; otherwise the
  // first is the one that lies as it is needed.
  const bool swap = b.value->constant() == nullptr &&
                    (a.value->constant() != nullptr ||
                     (a.labels != Joined(Joined(both, rows), inner) &&
                      b.labels == Joined(Joined(both, cols), inner)));
  if (swap) return Multiply(b, a, wanted);
  const Labels labels = Joined(Joined(both, rows), cols);
  Value* y = nullptr;
  if (inner.empty()) {
    // Broadcast: the columns of a have size 1, and so have the rows of b.
    std::vector<int64_t> a_shape = SizesOf(Joined(both, rows));
    a_shape.resize(labels.size(), 1);
    std::vector<int64_t> b_shape = SizesOf(both);
    b_shape.resize(both.size() + rows.size(), 1);
    for (const int64_t size : SizesOf(cols)) b_shape.push_back(size);
    TINYC_ASSIGN_OR_RETURN(Value * left, Ordered(a, Joined(both, rows)));
    TINYC_ASSIGN_OR_RETURN(Value * right, Ordered(b, Joined(both, cols)));
    TINYC_ASSIGN_OR_RETURN(left, ReshapeTo(node_, left, a_shape));
    TINYC_ASSIGN_OR_RETURN(right, ReshapeTo(node_, right, b_shape));
    TINYC_ASSIGN_OR_RETURN(y, node_.Emit("mul", {left, right}));
  } else {
    std::vector<int64_t> a_shape = SizesOf(both);
    std::vector<int64_t> b_shape = a_shape;
    a_shape.insert(a_shape.end(), {Elements(rows), Elements(inner)});
    b_shape.insert(b_shape.end(), {Elements(inner), Elements(cols)});
    TINYC_ASSIGN_OR_RETURN(Value * left,
                           Ordered(a, Joined(Joined(both, rows), inner)));
    TINYC_ASSIGN_OR_RETURN(Value * right,
                           Ordered(b, Joined(Joined(both, inner), cols)));
    TINYC_ASSIGN_OR_RETURN(left, ReshapeTo(node_, left, a_shape));
    TINYC_ASSIGN_OR_RETURN(right, ReshapeTo(node_, right, b_shape));
    TINYC_ASSIGN_OR_RETURN(y, EmitLinear(node_, left, right, false, nullptr));
  }
  TINYC_ASSIGN_OR_RETURN(y, ReshapeTo(node_, y, SizesOf(labels)));
  return Factor{y, labels};
}

}  // namespace

absl::Status ImportEinsum(OnnxNode& node) {
  std::vector<Value*> operands;
  DType dtype = DType::kF32;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(Value * operand, node.Input(i));
    dtype = operand->type().dtype;
    // Integers wrap around in the end as they would on the way.
    if (IsInteger(dtype)) {
      const bool wide = InfoOf(dtype).bits == 64;
      TINYC_ASSIGN_OR_RETURN(
          operand, CastTo(node, operand, wide ? DType::kS64 : DType::kS32));
    }
    operands.push_back(operand);
  }
  TINYC_ASSIGN_OR_RETURN(
      Value * y, Contraction(node).Run(node.String("equation", ""), operands));
  return node.SetOutput(0, CastTo(node, y, dtype));
}

}  // namespace tinyc
