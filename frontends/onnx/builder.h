// SPDX-License-Identifier: Apache-2.0
// Adds nodes to the graph under import: evaluates what is constant, checks
// sizes, and keeps ONNX's names for the values that have one.
#ifndef TINYC_FRONTENDS_ONNX_BUILDER_H_
#define TINYC_FRONTENDS_ONNX_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "compiler/base/status.h"
#include "compiler/ir/graph.h"

namespace tinyc {

// An attribute of an IR operator: its value as the textual IR has it.
struct NamedAttr {
  absl::string_view name;
  std::string text;

  template <typename T>
  NamedAttr(absl::string_view name, const T& value)
      : name(name), text(AttrText(value)) {}
  // An enumerator.
  NamedAttr(absl::string_view name, const char* text)
      : name(name), text(text) {}
};

class GraphBuilder {
 public:
  explicit GraphBuilder(Graph& graph) : graph_(graph) {}

  Graph& graph() { return graph_; }

  // `name` belongs to a tensor of the model: no other value gets it.
  void Reserve(absl::string_view name) { reserved_.emplace(name); }
  // `name`, when it is reserved and no value has it; else a name like it that
  // is free.
  std::string TakeName(absl::string_view name);
  // A free name like `name` that the model does not use.
  std::string FreshName(absl::string_view name);

  // The results of the IR operator `op`, or the only one.  When all operands
  // are constants, they are computed here and are constants, unless that is
  // much work; but a dequantized constant stays a node, since weights are to
  // stay integers.
  struct Call {
    absl::string_view op;
    std::vector<Value*> inputs;
    std::vector<NamedAttr> attrs = {};
    std::optional<ElemType> want = std::nullopt;
    Loc loc = {};
    std::string name = "";  // of the first result; free
    bool fold = true;
  };
  absl::StatusOr<std::vector<Value*>> EmitAll(Call call);
  absl::StatusOr<Value*> Emit(Call call);

  // What `value` is at compile time, dequantized constants included; null when
  // it depends on the model's inputs.
  static absl::StatusOr<std::shared_ptr<const Tensor>> ConstantOf(
      const Value* value);

 private:
  absl::StatusOr<std::vector<Value*>> Fold(Node* node);

  Graph& graph_;
  absl::flat_hash_set<std::string> reserved_;
  absl::flat_hash_set<std::string> taken_;
};

}  // namespace tinyc

#endif  // TINYC_FRONTENDS_ONNX_BUILDER_H_
