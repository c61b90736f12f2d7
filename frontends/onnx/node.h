// SPDX-License-Identifier: Apache-2.0
// One node of the ONNX model, as an importer sees it.
//
// An operand or attribute is consumed by asking for it, and an output by
// setting it; what is left in the end makes the node an error, so that nothing
// is ignored.
#ifndef TINYC_FRONTENDS_ONNX_NODE_H_
#define TINYC_FRONTENDS_ONNX_NODE_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "frontends/onnx/builder.h"
#include "frontends/onnx/onnx_library.h"
#include "onnx/onnx_pb.h"

namespace tinyc {

// What a name stands for: a tensor, as a value or as a constant that is not in
// the graph until a node needs it; a sequence; an optional without an element
// (one with an element is bound as the element); or nothing, when its node was
// an error.
struct Binding {
  Value* value = nullptr;
  std::shared_ptr<const Tensor> constant = nullptr;
  std::shared_ptr<const std::vector<Binding>> list = nullptr;
  bool none = false;

  bool is_tensor() const { return value != nullptr || constant != nullptr; }
  bool lost() const { return !is_tensor() && list == nullptr && !none; }
  const TensorType& type() const {  // of a tensor
    return value != nullptr ? value->type() : constant->type();
  }
  // Null when the tensor depends on the model's inputs.
  std::shared_ptr<const Tensor> known() const {
    return value != nullptr ? value->constant() : constant;
  }
};

// The names of a graph or of one call of a function, and the graph of the IR
// that holds their values.
struct Scope {
  GraphBuilder* builder = nullptr;
  absl::flat_hash_map<std::string, Binding> bindings;
  absl::flat_hash_set<std::string> used;  // by a node or as an output
  Opsets opsets;
  std::string prefix;  // of the names that values get
};

class NestedGraphs;

class OnnxNode {
 public:
  OnnxNode(const onnx::NodeProto& proto, int version, Loc loc, Scope& scope,
           NestedGraphs& nested, const std::string& model_dir)
      : proto_(proto),
        version_(version),
        loc_(std::move(loc)),
        scope_(scope),
        builder_(*scope.builder),
        nested_(nested),
        model_dir_(model_dir),
        inputs_used_(static_cast<size_t>(proto.input_size())),
        outputs_set_(static_cast<size_t>(proto.output_size())) {}

  const std::string& type() const { return proto_.op_type(); }
  // Of the operator's schema: the operator set it appeared in or last changed.
  int version() const { return version_; }

  // --- operands -------------------------------------------------------------

  size_t num_inputs() const { return inputs_used_.size(); }
  bool HasInput(size_t i) const;
  // Operand `i` as plain numbers; the optional form is null when it is absent.
  absl::StatusOr<Value*> Input(size_t i);
  absl::StatusOr<Value*> OptionalInput(size_t i);
  // As it is stored, possibly quantized.
  absl::StatusOr<Value*> StoredInput(size_t i);
  // The same bytes under another element type of the same width.
  absl::StatusOr<Value*> InputAs(size_t i, const ElemType& elem);
  absl::StatusOr<TensorType> InputType(size_t i) const;
  // Whatever it is: a tensor, a sequence, an optional.
  absl::StatusOr<Binding> InputBinding(size_t i);
  // Null when the operand depends on the model's inputs, or is absent.
  absl::StatusOr<std::shared_ptr<const Tensor>> InputIfConstant(size_t i);
  // An operand that decides about shapes or arithmetic; null when absent.
  absl::StatusOr<std::shared_ptr<const Tensor>> ConstantInput(size_t i);
  absl::StatusOr<std::optional<std::vector<int64_t>>> IntsInput(size_t i);
  // What later operator sets take as operand `i` and older ones as attribute.
  absl::StatusOr<std::optional<std::vector<int64_t>>> IntsInputOrAttr(
      size_t i, absl::string_view name);

  // --- attributes; one of another type is reported by Finish
  // -------------------

  bool Has(absl::string_view name) const { return Find(name) != nullptr; }
  // Consumes an attribute that says nothing new.
  void Ignore(absl::string_view name) { attrs_used_.emplace(name); }
  int64_t Int(absl::string_view name, int64_t otherwise);
  float Float(absl::string_view name, float otherwise);
  std::string String(absl::string_view name, absl::string_view otherwise);
  std::vector<int64_t> Ints(absl::string_view name);  // empty when absent
  std::vector<float> Floats(absl::string_view name);
  std::vector<std::string> Strings(absl::string_view name);
  // Integers of any size; those above are at most 2^40 in magnitude.
  absl::StatusOr<int64_t> RawInt(absl::string_view name);
  absl::StatusOr<std::vector<int64_t>> RawInts(absl::string_view name);
  // Null when absent.
  absl::StatusOr<std::shared_ptr<const Tensor>> TensorAttr(
      absl::string_view name);

  // All attributes under their own names, for an IR operator that has them.
  std::vector<NamedAttr> AllAttrs();

  // --- graphs inside the node, see nested_graphs.h --------------------------

  absl::StatusOr<const onnx::GraphProto*> GraphAttr(absl::string_view name);
  Scope& scope() { return scope_; }
  NestedGraphs& nested() { return nested_; }
  const Loc& loc() const { return loc_; }
  const std::string& model_dir() const { return model_dir_; }
  // A tensor as a value of the graph.
  Value* ValueOf(const Binding& tensor);

  // --- results --------------------------------------------------------------

  size_t num_outputs() const { return outputs_set_.size(); }
  bool OutputUsed(size_t i) const;
  // The results of an IR operator, or its only one.
  absl::StatusOr<std::vector<Value*>> EmitAll(
      absl::string_view op, std::vector<Value*> inputs,
      std::vector<NamedAttr> attrs = {},
      std::optional<ElemType> want = std::nullopt);
  absl::StatusOr<Value*> Emit(absl::string_view op, std::vector<Value*> inputs,
                              std::vector<NamedAttr> attrs = {},
                              std::optional<ElemType> want = std::nullopt);
  // A scalar constant of type `dtype`.
  Value* Scalar(DType dtype, double number);
  Value* AddConstant(Tensor tensor);
  absl::Status SetOutput(size_t i, absl::StatusOr<Value*> value);
  void SetOutput(size_t i, Tensor constant);
  void SetOutput(size_t i, Binding binding);
  // Name of output `i`; empty when it is absent.
  std::string OutputName(size_t i) const;
  // The node's graphs had errors, which are reported, or read what is lost:
  // its outputs are lost.
  absl::Status Lose();

  // The first thing that was not consumed, or an attribute of a wrong type.
  absl::Status Finish() const;

 private:
  const onnx::AttributeProto* Find(absl::string_view name) const;
  // The attribute, consumed; null when absent or of another type.
  const onnx::AttributeProto* Take(absl::string_view name,
                                   onnx::AttributeProto::AttributeType type);
  absl::StatusOr<Binding*> Bound(size_t i) const;
  absl::Status Missing(absl::string_view name) const;

  const onnx::NodeProto& proto_;
  const int version_;
  const Loc loc_;
  Scope& scope_;
  GraphBuilder& builder_;
  NestedGraphs& nested_;
  const std::string& model_dir_;
  std::vector<bool> inputs_used_;
  std::vector<bool> outputs_set_;
  std::set<std::string> attrs_used_;
  bool lost_ = false;
  absl::flat_hash_set<const Value*> emitted_;  // and not yet an output
  absl::Status status_;
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_NODE_H_
