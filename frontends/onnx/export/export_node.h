// SPDX-License-Identifier: Apache-2.0
// One node of the IR as an exporter sees it.
//
// Operands and results are real numbers: between a tensor that stores integers
// and what the exporter reads or writes, there is a DequantizeLinear or
// QuantizeLinear.
#ifndef TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_NODE_H_
#define TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_NODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/base/check.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "frontends/onnx/export/graph_writer.h"

namespace tinyc {

class ExportNode {
 public:
  // `type`: the ONNX operator that exporters.def names.
  ExportNode(const Node& node, absl::string_view type, GraphWriter* writer)
      : node_(node), type_(type), writer_(*writer) {}

  const Op& op() const { return node_.op(); }
  template <class T>
  const T& As() const {
    const T* op = node_.As<T>();
    TINYC_CHECK(op != nullptr);
    return *op;
  }
  absl::string_view type() const { return type_; }

  size_t num_inputs() const { return node_.inputs().size(); }
  bool HasInput(size_t i) const { return node_.input(i) != nullptr; }
  const TensorType& InputType(size_t i) const { return node_.input(i)->type(); }
  const TensorType& ResultType(size_t i = 0) const {
    return node_.output(i)->type();
  }
  // The element type of operand 0 in ONNX: that of the real numbers.
  DType RealType() const;

  // The tensor of operand `i`; "" when it is absent.
  std::string Input(size_t i);
  // The numbers of an operand that is a constant, or the dequantized form of
  // one; else null.
  const Tensor* ConstantInput(size_t i) const;

  // Tensors of constants that the ONNX form needs in addition; of a quantized
  // one, the real numbers.
  std::string Constant(const Tensor& tensor, absl::string_view stem);
  std::string Ints(const std::vector<int64_t>& values, absl::string_view stem);
  // `number` as a scalar of RealType().
  std::string Number(double number, absl::string_view stem);

  // Adds an ONNX node; its result, which an other node reads.
  std::string Add(absl::string_view type, std::vector<std::string> inputs,
                  const std::vector<OnnxAttr>& attrs = {});
  // Adds the ONNX node whose results are those of this node.
  void Result(absl::string_view type, const std::vector<std::string>& inputs,
              const std::vector<OnnxAttr>& attrs = {});
  // As Result, for an operator of ONNX with more results: result i of this
  // node is result `places[i]` of that.
  void ResultsAt(absl::string_view type, const std::vector<std::string>& inputs,
                 const std::vector<OnnxAttr>& attrs,
                 const std::vector<size_t>& places);
  // The same with result `p` of the ONNX node transposed by perms[p].
  void TransposedResultsAt(absl::string_view type,
                           const std::vector<std::string>& inputs,
                           const std::vector<OnnxAttr>& attrs,
                           const std::vector<size_t>& places,
                           const std::vector<std::vector<int64_t>>& perms);
  // The result is the tensor `x` limited to [min, max].
  void ClampResult(const std::string& x, float min, float max);
  // As Result, with the numbers limited to [min, max] after it.
  void ClampedResult(absl::string_view type,
                     const std::vector<std::string>& inputs,
                     const std::vector<OnnxAttr>& attrs, float min, float max);
  // Result 0 is operand 0 quantized or dequantized.
  void QuantizedResult();
  void DequantizedResult();

  // Operand `i`, and Result, as they are stored.
  std::string StoredInput(size_t i);
  void StoredResult(absl::string_view type,
                    const std::vector<std::string>& inputs);

  // There is no ONNX form, for this reason.  The first one counts.
  void Refuse(const absl::Status& status);
  absl::Status Finish();

 private:
  const std::string& result_name(size_t i) const {
    return writer_.NameOf(*node_.output(i));
  }

  const Node& node_;
  const absl::string_view type_;
  GraphWriter& writer_;
  absl::Status status_;
  bool done_ = false;
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXPORT_EXPORT_NODE_H_
