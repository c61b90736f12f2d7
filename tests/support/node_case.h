// SPDX-License-Identifier: Apache-2.0
// A graph of one node, for tests of operators:
//
//   EXPECT_THAT(Values<float>(NodeCase("neg").Add(x)), ElementsAre(-1, 2));
//   EXPECT_EQ(ErrorOf(NodeCase("neg").Add(flags)), "neg takes no bool");
#ifndef TINYC_TESTS_SUPPORT_NODE_CASE_H_
#define TINYC_TESTS_SUPPORT_NODE_CASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

struct NodeCase {
  std::unique_ptr<Op> op;
  std::vector<std::optional<Tensor>> operands;  // nullopt: absent
  // Indices of the operands that are constants of the model.
  std::vector<size_t> constants;
  std::optional<ElemType> want;

  explicit NodeCase(absl::string_view name);

  // Sets an attribute from its text in the IR.
  NodeCase& Set(absl::string_view name, const std::string& text);
  NodeCase& Add(Tensor operand);
  NodeCase& AddConstant(Tensor operand);
  NodeCase& Want(DType dtype, std::shared_ptr<const Quant> quant);

  // "pad mode=edge", and the types of the operands.
  std::string Describe() const;
};

// The case as a graph, in which operands are inputs or constants.
struct NodeGraph {
  std::unique_ptr<Graph> graph;
  Node* node = nullptr;
};
absl::StatusOr<NodeGraph> Build(const NodeCase& node_case);

// All results, or the first one, according to the reference.
absl::StatusOr<std::vector<Tensor>> EvaluateAll(const NodeCase& node_case);
absl::StatusOr<Tensor> Evaluate(const NodeCase& node_case);

// The sentence that InferTypes has for it, or "".
std::string ErrorOf(const NodeCase& node_case);

// The elements of result number `i`; a failure of the test when there is none.
template <typename T>
std::vector<T> Values(const NodeCase& node_case, size_t i = 0) {
  const absl::StatusOr<std::vector<Tensor>> results = EvaluateAll(node_case);
  if (!results.ok()) {
    ADD_FAILURE() << node_case.Describe() << ": " << results.status();
    return {};
  }
  const absl::Span<const T> data = results->at(i).template data<T>();
  return std::vector<T>(data.begin(), data.end());
}

// The type of the first result, as text; the error when there is none.
std::string TypeOf(const NodeCase& node_case);

// The tensor with elements `values`, quantized per tensor.
template <typename T>
Tensor Quantized(Shape shape, const std::vector<T>& values, float scale,
                 int32_t zero_point) {
  const Tensor plain = Tensor::Of<T>(shape, values);
  return plain.WithType(
      TensorType(kDTypeOf<T>, shape, Quant::PerTensor(scale, zero_point)));
}

}  // namespace tinyc

#endif  // TINYC_TESTS_SUPPORT_NODE_CASE_H_
