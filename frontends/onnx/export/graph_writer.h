// SPDX-License-Identifier: Apache-2.0
// The ONNX graph under export: names, constants, and the QuantizeLinear and
// DequantizeLinear around what is stored as integers.
#ifndef TINYC_FRONTENDS_ONNX_EXPORT_GRAPH_WRITER_H_
#define TINYC_FRONTENDS_ONNX_EXPORT_GRAPH_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// An attribute of an ONNX operator.
struct OnnxAttr {
  OnnxAttr(absl::string_view name, int64_t value);
  OnnxAttr(absl::string_view name, float value);
  OnnxAttr(absl::string_view name, const std::string& value);
  OnnxAttr(absl::string_view name, const std::vector<int64_t>& values);
  OnnxAttr(absl::string_view name, const std::vector<float>& values);
  OnnxAttr(absl::string_view name, const std::vector<std::string>& values);

  onnx::AttributeProto proto;
};

class GraphWriter {
 public:
  // Writes the inputs of `graph`.
  GraphWriter(const Graph& graph, onnx::GraphProto* proto);

  // The name of the ONNX tensor that `value` is: its own, or where a pass made
  // it without one, that of the node it comes from.
  const std::string& NameOf(const Value& value) const;
  // The ONNX tensor that holds `value` as it is stored.
  std::string Stored(const Value& value);
  // The tensor of the real numbers that `value` stands for.
  absl::StatusOr<std::string> Real(const Value& value);

  // The tensor of a constant: as it is stored, or the real numbers of it.  The
  // name begins with `stem`.
  std::string AddConstant(const Tensor& tensor, absl::string_view stem);
  absl::StatusOr<std::string> AddRealConstant(const Tensor& tensor,
                                              absl::string_view stem);

  // A name that no tensor has, which begins with `stem`.
  std::string FreshName(absl::string_view stem);
  // Adds a node.  "" stands for an absent operand or result.
  void AddNode(absl::string_view type, const std::vector<std::string>& inputs,
               const std::vector<std::string>& outputs,
               const std::vector<OnnxAttr>& attrs = {});
  // `value`, which stores integers, from the tensor `real`, and the other way.
  absl::Status AddQuantize(const std::string& real, const Value& value);
  absl::Status AddDequantize(const Value& value, const std::string& real);

  // Writes the outputs and the types of values, and drops what no output
  // needs.
  absl::Status Finish();

 private:
  // The tensors with scale and zero point of the stored tensor `stored`, which
  // are operands of QuantizeLinear and DequantizeLinear, and their attributes.
  struct Parameters {
    std::vector<std::string> operands;
    std::vector<OnnxAttr> attrs;
  };
  absl::StatusOr<const Parameters*> ParametersOf(const std::string& stored,
                                                 const TensorType& type);
  absl::Status DequantizeTo(const std::string& real, const std::string& stored,
                            const TensorType& type);
  void DropUnused();

  const Graph& graph_;
  onnx::GraphProto* proto_;
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_map<const Value*, std::string> value_names_;
  absl::flat_hash_set<const Value*> written_;            // constants
  absl::flat_hash_map<const Value*, std::string> real_;  // of stored integers
  absl::flat_hash_map<std::string, Parameters> parameters_;
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_EXPORT_GRAPH_WRITER_H_
