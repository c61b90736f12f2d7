// SPDX-License-Identifier: Apache-2.0
// The graph: values, the nodes between them, and graphs inside nodes.
//
// nodes() is in execution order, which is always a topological order.
// Constants live on values; there is no constant node.  A node of an operator
// with control flow owns regions: graphs that see nothing but their own
// inputs, to which the operator passes the node's operands.  The tables that
// the backend makes for a region share it with its node.
#ifndef TINYC_COMPILER_IR_GRAPH_H_
#define TINYC_COMPILER_IR_GRAPH_H_

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "compiler/base/loc.h"
#include "compiler/base/status.h"
#include "compiler/ir/op.h"
#include "compiler/ir/tensor.h"

namespace tinyc {

class Value;

struct Use {
  Node* node;  // null: a graph output
  int index;   // of the operand or of the graph output
  bool operator==(const Use&) const = default;
};

// One tensor flowing between nodes; owned by its graph.
class Value {
 public:
  const std::string& name() const { return name_; }  // unique in its graph
  const TensorType& type() const { return type_; }
  Node* producer() const { return producer_; }        // null: input or constant
  int output_index() const { return output_index_; }  // of the producer
  // Null: not known at compile time.
  const std::shared_ptr<const Tensor>& constant() const { return constant_; }
  absl::Span<const Use> uses() const { return uses_; }
  bool has_single_use() const { return uses_.size() == 1; }

 private:
  friend class Graph;
  std::string name_;
  TensorType type_;
  Node* producer_ = nullptr;
  int output_index_ = 0;
  std::shared_ptr<const Tensor> constant_;
  std::vector<Use> uses_;
};

// One application of an operator.
class Node {
 public:
  const Op& op() const { return *op_; }
  // The operator as a T, or null.
  template <class T>
  const T* As() const {
    return dynamic_cast<const T*>(op_.get());
  }
  absl::Span<Value* const> inputs() const { return inputs_; }  // null: absent
  Value* input(size_t i) const {
    return i < inputs_.size() ? inputs_[i] : nullptr;
  }
  absl::Span<Value* const> outputs() const { return outputs_; }
  Value* output(size_t i = 0) const { return outputs_[i]; }
  absl::Span<const std::shared_ptr<Graph>> regions() const { return regions_; }
  const Loc& loc() const { return loc_; }

 private:
  friend class Graph;
  std::unique_ptr<const Op> op_;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  std::vector<std::shared_ptr<Graph>> regions_;
  Loc loc_;
  std::list<std::unique_ptr<Node>>::iterator position_;
};

// `status` with the node's place in the user's model before its sentence.
absl::Status WithLoc(const absl::Status& status, const Node& node);

class Graph {
 public:
  using NodeList = std::list<std::unique_ptr<Node>>;

  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Deep copy.
  std::unique_ptr<Graph> Clone() const;

  absl::Span<Value* const> inputs() const { return inputs_; }
  absl::Span<Value* const> outputs() const { return outputs_; }
  const NodeList& nodes() const { return nodes_; }
  // The nodes as they are now; safe to walk while inserting and erasing others.
  std::vector<Node*> NodeSnapshot() const;
  // Constants that have a use, in the order of their first use.
  std::vector<Value*> Constants() const;

  Value* AddInput(std::string name, TensorType type);
  Value* AddConstant(Tensor tensor, std::string name = "");
  Value* AddConstant(std::shared_ptr<const Tensor> tensor,
                     std::string name = "");
  void AddOutput(Value* value);

  struct Options {
    Loc loc;
    std::vector<ElemType> want;      // see InferArgs
    std::vector<std::string> names;  // of the outputs; made unique
    std::vector<std::shared_ptr<Graph>> regions;
  };
  // Adds a node before `before` (null: at the end) and infers its output
  // types.  Inputs must be produced earlier.
  absl::StatusOr<Node*> Insert(Node* before, std::unique_ptr<const Op> op,
                               std::vector<Value*> inputs, Options options);
  absl::StatusOr<Node*> Append(std::unique_ptr<const Op> op,
                               std::vector<Value*> inputs, Options options);

  // Every use of `from`, graph outputs included, becomes a use of `to`, which
  // has the same type.
  void ReplaceUses(Value* from, Value* to);
  void SetInput(Node* node, size_t index, Value* value);
  void SetOutput(size_t index, Value* value);  // of the graph
  // Replaces the operator, keeping the output types, which must agree with it.
  absl::Status SetOp(Node* node, std::unique_ptr<const Op> op);
  void SetLoc(Node* node, Loc loc);
  // Removes an input without uses.
  void RemoveInput(size_t index);
  // Removes a node whose outputs have no uses.
  void Erase(Node* node);
  // Moves `node` before `before`; the caller keeps the order topological.
  void MoveBefore(Node* node, Node* before);
  // Retypes a graph input; the caller keeps its users well typed.
  void SetInputType(Value* input, TensorType type);
  // Gives `value` a name, made unique, e.g. to carry the ONNX name to the
  // value that replaces another.
  void Rename(Value* value, std::string name);

  // Grows with every change; what is derived from a graph records it.
  uint64_t revision() const { return revision_; }

 private:
  Value* NewValue(std::string name, TensorType type);
  std::string UniqueName(std::string name);
  void RemoveUse(Value* value, Use use);

  NodeList nodes_;
  std::list<std::unique_ptr<Value>> values_;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  absl::flat_hash_set<std::string> names_;
  int64_t next_number_ = 0;
  uint64_t revision_ = 0;
};

}  // namespace tinyc

#endif  // TINYC_COMPILER_IR_GRAPH_H_
