// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/tree_ensemble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "compiler/ir/graph.h"
#include "compiler/ops/lower.h"
#include "compiler/ops/registry.h"
#include "tree_ensemble/tree_ensemble.h"

static auto BlockFields(const tc_tree_ensemble_shape*) {
  using T = tc_tree_ensemble_shape;
  using tinyc::BlockMember;
  return tinyc::BlockFieldsOf{
      "tc_tree_ensemble_shape",
      std::tuple{
          BlockMember{"rows", &T::rows}, BlockMember{"features", &T::features},
          BlockMember{"trees", &T::trees}, BlockMember{"targets", &T::targets},
          BlockMember{"comparison", &T::comparison},
          BlockMember{"aggregate", &T::aggregate}}};
}

namespace tinyc {
namespace {

// Operands of a node.
enum { kX, kRoots, kNodes, kSplits, kVotes, kWeights };

// OK when no row of `features` numbers leads outside or in a circle.
absl::Status CheckTrees(const Tensor& roots, const Tensor& nodes,
                        const Tensor& votes, const Tensor& weights,
                        int64_t features, int64_t targets) {
  const int64_t count = nodes.shape()[0];
  const auto leads_on = [&](int64_t branch, int64_t from) {
    return branch < 0 ? ~branch < votes.size()
                      : branch > from && branch < count;
  };
  for (int64_t t = 0; t < roots.size(); ++t) {
    if (!leads_on(roots.IntAt(t), -1)) {
      return Invalid("the root of tree ", t, " is no node or leaf");
    }
  }
  for (int64_t n = 0; n < count; ++n) {
    const int64_t test = nodes.IntAt(3 * n);
    if (test < 0 || test / 16 >= features || test % 8 > 5) {
      return Invalid("node ", n, " has the test ", test);
    }
    if (!leads_on(nodes.IntAt(3 * n + 1), n) ||
        !leads_on(nodes.IntAt(3 * n + 2), n)) {
      return Invalid("a branch of node ", n, " is no later node or leaf");
    }
  }
  for (int64_t v = 0; v < votes.size(); ++v) {
    const int64_t vote = votes.IntAt(v);
    if ((vote < 0 ? ~vote : vote) >= targets) {
      return Invalid("vote ", v, " is for no target");
    }
    if (std::isnan(weights.At(v))) return Invalid("weight ", v, " is a NaN");
  }
  if (votes.size() > 0 && votes.IntAt(votes.size() - 1) >= 0) {
    return Invalid("the last leaf has no end");
  }
  return absl::OkStatus();
}

bool Compare(int64_t comparison, double value, double split) {
  const bool results[] = {value <= split,
                          value<split, value >= split, value> split,
                          value == split, value != split};
  return results[comparison];
}

// The comparison of all nodes, or -1.
int32_t OnlyComparison(const Tensor& nodes) {
  int64_t only = nodes.size() == 0 ? 0 : nodes.IntAt(0) % 8;
  for (int64_t i = 0; i < nodes.size(); i += 3) {
    if (nodes.IntAt(i) % 8 != only) only = -1;
  }
  return Int32(only);
}

bool FitsInt16(const Tensor& tensor) {
  using Limits = std::numeric_limits<int16_t>;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const int64_t value = tensor.IntAt(i);
    if (value < Limits::min() || value > Limits::max()) return false;
  }
  return true;
}

// Numbers that only the kernel reads, in the type it takes them in.
KernelArg Indices(std::string name, const Tensor& tensor, DType dtype) {
  if (tensor.size() == 0) return KernelArg::Null();
  Tensor indices(TensorType(dtype, tensor.shape()));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    indices.SetInt(i, tensor.IntAt(i));
  }
  return KernelArg::Constant(std::move(name), std::move(indices));
}

}  // namespace

void RegisterTreeEnsemble(OpRegistry& registry) {
  registry.Add(std::make_unique<TreeEnsemble>());
}

absl::StatusOr<std::vector<TensorType>> TreeEnsemble::InferTypes(
    const InferArgs& args) const {
  const TensorType& x = *args.in[kX];
  if (!IsFloat(x.dtype) || x.quantized()) {  // tree_ensemble_c1
    return Invalid("tree_ensemble takes plain floats");
  }
  if (x.rank() == 0) return Invalid("x is a scalar");  // tree_ensemble_c2
  for (const int i : {kRoots, kNodes, kVotes}) {       // tree_ensemble_c3
    const Shape& shape = args.in[i]->shape;
    const bool pairs = i == kNodes;
    if (args.in[i]->elem() != ElemType{DType::kS32, nullptr} ||
        shape.size() != (pairs ? 2u : 1u) || (pairs && shape[1] != 3)) {
      return Invalid(kOperands[i].name, " are ", ToString(*args.in[i]));
    }
  }
  for (const auto& [i, n] : {std::pair(kSplits, args.in[kNodes]->shape[0]),
                             std::pair(kWeights, args.in[kVotes]->shape[0])}) {
    if (*args.in[i] != TensorType(x.dtype, {n})) {  // tree_ensemble_c4
      return Invalid(kOperands[i].name, " are ", ToString(*args.in[i]),
                     ", not ", ToString(TensorType(x.dtype, {n})));
    }
  }
  if (targets < 1) {  // tree_ensemble_c5
    return Invalid("the number of targets is ", targets);
  }
  Shape shape = x.shape;
  shape.back() = targets;
  return std::vector{TensorType(x.dtype, std::move(shape))};
}

absl::Status TreeEnsemble::Evaluate(const EvalArgs& args) const {
  const Tensor& x = *args.in[kX];
  const Tensor& nodes = *args.in[kNodes];
  const Tensor& votes = *args.in[kVotes];
  const int64_t features = x.shape().back();
  TINYC_RETURN_IF_ERROR(CheckTrees(*args.in[kRoots], nodes, votes,
                                   *args.in[kWeights], features, targets));
  Tensor& y = *args.out[0];
  for (int64_t row = 0; row < y.size() / targets; ++row) {
    std::vector<std::optional<double>> result(static_cast<size_t>(targets));
    for (int64_t tree = 0; tree < args.in[kRoots]->size(); ++tree) {
      int64_t branch = args.in[kRoots]->IntAt(tree);
      while (branch >= 0) {
        const int64_t test = nodes.IntAt(3 * branch);
        const double value = x.At(row * features + test / 16);
        const bool yes =
            Compare(test % 8, value, args.in[kSplits]->At(branch)) ||
            (test / 8 % 2 == 1 && std::isnan(value));
        branch = nodes.IntAt(3 * branch + (yes ? 1 : 2));
      }
      for (int64_t v = ~branch;; ++v) {
        const int64_t vote = votes.IntAt(v);
        const double weight = args.in[kWeights]->At(v);
        std::optional<double>& to =
            result[static_cast<size_t>(vote < 0 ? ~vote : vote)];
        if (!to) {
          to = weight;
        } else if (aggregate == TreeAggregate::kSum) {
          *to += weight;
        } else {
          *to = aggregate == TreeAggregate::kMin ? std::min(*to, weight)
                                                 : std::max(*to, weight);
        }
        if (vote < 0) break;
      }
    }
    for (int64_t t = 0; t < targets; ++t) {
      y.Set(row * targets + t, result[static_cast<size_t>(t)].value_or(0));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KernelCall>> TreeEnsemble::Lower(
    const Node& node) const {
  const TensorType& x = node.input(kX)->type();
  const int64_t features = x.shape.back();
  for (size_t i = kRoots; i <= kWeights; ++i) {
    if (node.input(i)->constant() == nullptr) {
      return Unimplemented("trees that are no constants have no C kernel");
    }
  }
  const Tensor& roots = *node.input(kRoots)->constant();
  const Tensor& nodes = *node.input(kNodes)->constant();
  const Tensor& votes = *node.input(kVotes)->constant();
  TINYC_RETURN_IF_ERROR(CheckTrees(roots, nodes, votes,
                                   *node.input(kWeights)->constant(), features,
                                   targets));
  if (x.dtype != DType::kF32 && x.dtype != DType::kF64) {
    return Unimplemented("tree_ensemble has no C kernel for ",
                         InfoOf(x.dtype).text);
  }
  const bool narrow = FitsInt16(roots) && FitsInt16(nodes) && FitsInt16(votes);
  const DType index = narrow ? DType::kS16 : DType::kS32;
  static_assert(static_cast<int>(TreeAggregate::kMax) == TC_TREES_MAX);
  KernelCall call;
  call.family = FamilyName(FamilyName("tree_ensemble", x.dtype), index);
  call.shape = Block::Of(tc_tree_ensemble_shape{
      Int32(node.output()->type().num_elements() / targets), Int32(features),
      Int32(roots.size()), Int32(targets), OnlyComparison(nodes),
      static_cast<int32_t>(aggregate)});
  call.args = {
      KernelArg::Input(kX),
      Indices("roots", roots, index),
      Indices("nodes", nodes, index),
      nodes.size() > 0 ? KernelArg::Input(kSplits) : KernelArg::Null(),
      Indices("votes", votes, index),
      votes.size() > 0 ? KernelArg::Input(kWeights) : KernelArg::Null(),
      KernelArg::Output(0)};
  return std::vector{std::move(call)};
}

}  // namespace tinyc
