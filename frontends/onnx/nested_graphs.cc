// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/nested_graphs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "frontends/onnx/node_walk.h"
#include "frontends/onnx/tidy.h"

namespace tinyc {
namespace {

void AppendFreeNames(const onnx::GraphProto& graph, std::set<std::string>* seen,
                     std::vector<std::string>* names) {
  std::set<std::string> own;
  for (const auto& input : graph.input()) own.insert(input.name());
  for (const auto& tensor : graph.initializer()) own.insert(tensor.name());
  for (const onnx::NodeProto& node : graph.node()) {
    own.insert(node.output().begin(), node.output().end());
  }
  const auto add = [&](const std::string& name) {
    if (name.empty() || own.contains(name) || !seen->insert(name).second) {
      return;
    }
    names->push_back(name);
  };
  for (const onnx::NodeProto& node : graph.node()) {
    for (const std::string& name : node.input()) add(name);
    for (const onnx::AttributeProto& attr : node.attribute()) {
      if (!attr.has_g()) continue;
      for (const std::string& name : FreeNames(attr.g())) add(name);
    }
  }
  for (const auto& output : graph.output()) add(output.name());
}

// dequantize(constant): a weight, which is to stay one inside a region.
bool IsDequantizedConstant(const Value& value) {
  const Node* node = value.producer();
  return node != nullptr && node->op().name() == "dequantize" &&
         node->input(0)->constant() != nullptr;
}

void AppendCaptures(const Binding& binding, std::vector<Value*>* captures) {
  if (binding.list != nullptr) {
    for (const Binding& b : *binding.list) AppendCaptures(b, captures);
  }
  Value* value = binding.value;
  if (value == nullptr || value->constant() != nullptr ||
      IsDequantizedConstant(*value) ||
      std::count(captures->begin(), captures->end(), value) > 0) {
    return;
  }
  captures->push_back(value);
}

}  // namespace

std::vector<std::string> FreeNames(const onnx::GraphProto& graph) {
  std::set<std::string> seen;
  std::vector<std::string> names;
  AppendFreeNames(graph, &seen, &names);
  return names;
}

std::optional<std::vector<Binding>> ImportInPlace(
    OnnxNode& node, const onnx::GraphProto& graph,
    const std::vector<Binding>& inputs, const std::string& where,
    const std::string& name) {
  Scope& outer = node.scope();
  Scope scope = NewScope(*outer.builder, outer.opsets,
                         absl::StrCat(outer.prefix, name, "/"));
  for (const std::string& free : FreeNames(graph)) {
    const auto found = outer.bindings.find(free);
    if (found != outer.bindings.end()) scope.bindings[free] = found->second;
  }
  return node.nested().ImportGraph(graph, inputs, scope, node.loc(), where);
}

std::vector<Value*> CapturesOf(
    OnnxNode& node, absl::Span<const onnx::GraphProto* const> graphs) {
  std::vector<Value*> captures;
  for (const onnx::GraphProto* graph : graphs) {
    for (const std::string& name : FreeNames(*graph)) {
      const auto found = node.scope().bindings.find(name);
      if (found == node.scope().bindings.end()) continue;
      AppendCaptures(found->second, &captures);
    }
  }
  return captures;
}

Region::Region(OnnxNode& node, const onnx::GraphProto& proto, std::string where)
    : node_(node),
      proto_(proto),
      where_(std::move(where)),
      graph_(std::make_unique<Graph>()),
      builder_(*graph_) {}

Value* Region::AddInput(const TensorType& type) {
  const int i = static_cast<int>(inputs_.size());
  Value* value = graph_->AddInput(
      builder_.FreshName(i < proto_.input_size() ? proto_.input(i).name() : ""),
      type);
  inputs_.push_back({.value = value});
  return value;
}

void Region::AddKnown(std::shared_ptr<const Tensor> constant) {
  inputs_.push_back({.constant = std::move(constant)});
}

void Region::AddCaptures(absl::Span<Value* const> captures) {
  for (const Value* value : captures) {
    captured_[value] =
        graph_->AddInput(builder_.FreshName(value->name()), value->type());
  }
}

absl::StatusOr<Binding> Region::Inside(const Binding& outer) {
  Binding inside = outer;
  if (outer.list != nullptr) {
    std::vector<Binding> list;
    for (const Binding& element : *outer.list) {
      TINYC_ASSIGN_OR_RETURN(list.emplace_back(), Inside(element));
    }
    inside.list = std::make_shared<const std::vector<Binding>>(std::move(list));
  }
  if (outer.value == nullptr) return inside;
  if (const auto captured = captured_.find(outer.value);
      captured != captured_.end()) {
    inside.value = captured->second;
  } else if (outer.value->constant() != nullptr) {
    inside = {.constant = outer.value->constant()};
  } else {
    const Node& node = *outer.value->producer();
    TINYC_ASSIGN_OR_RETURN(
        inside.value,
        builder_.Emit({.op = "dequantize",
                       .inputs = {graph_->AddConstant(
                           node.input(0)->constant(),
                           builder_.FreshName(node.input(0)->name()))},
                       .want = outer.value->type().elem(),
                       .loc = node.loc(),
                       .name = builder_.FreshName(outer.value->name())}));
  }
  return inside;
}

bool Region::Import() {
  Scope scope = NewScope(builder_, node_.scope().opsets, "");
  for (const std::string& name : FreeNames(proto_)) {
    const auto found = node_.scope().bindings.find(name);
    if (found == node_.scope().bindings.end()) continue;
    absl::StatusOr<Binding> inside = Inside(found->second);
    scope.bindings[name] = inside.ok() ? *std::move(inside) : Binding();
  }
  std::optional<std::vector<Binding>> results =
      node_.nested().ImportGraph(proto_, inputs_, scope, node_.loc(), where_);
  if (!results) return false;
  results_ = *std::move(results);
  return true;
}

bool Region::has_lost_results() const {
  return std::any_of(results_.begin(), results_.end(),
                     [](const Binding& b) { return b.lost(); });
}

absl::Status Region::AddResult(size_t i) {
  const Binding& result = results_[i];
  const std::string& name = proto_.output(static_cast<int>(i)).name();
  if (!result.is_tensor()) {
    return Unimplemented("output \"", name, "\" of ", where_,
                         " is no tensor at run time");
  }
  Value* value = result.value;
  if (value == nullptr) {
    value = graph_->AddConstant(result.constant, builder_.FreshName(name));
  }
  if (value->type().quantized()) {
    TINYC_ASSIGN_OR_RETURN(
        value, builder_.Emit({.op = "reinterpret",
                              .inputs = {value},
                              .want = ElemType{value->type().dtype, nullptr},
                              .loc = node_.loc(),
                              .name = builder_.FreshName(name)}));
  }
  graph_->AddOutput(value);
  return absl::OkStatus();
}

std::unique_ptr<Graph> Region::Take() {
  EraseUnused(*graph_);
  return std::move(graph_);
}

absl::StatusOr<Node*> AddRegions(OnnxNode& node, std::unique_ptr<const Op> op,
                                 std::vector<Value*> inputs,
                                 std::vector<std::shared_ptr<Graph>> regions,
                                 std::vector<std::string> names) {
  Graph& graph = node.scope().builder->graph();
  Graph::Options options;
  options.regions = std::move(regions);
  options.names = std::move(names);
  TINYC_ASSIGN_OR_RETURN(
      Node* const added,
      graph.Append(std::move(op), std::move(inputs), std::move(options)));
  graph.SetLoc(added, node.loc());  // an error is located by the walk
  return added;
}

void DropUnusedCaptures(size_t first, absl::Span<Graph* const> regions,
                        std::vector<Value*>* captures) {
  for (size_t c = captures->size(); c-- > 0;) {
    const bool used =
        std::any_of(regions.begin(), regions.end(), [&](const Graph* region) {
          return !region->inputs()[first + c]->uses().empty();
        });
    if (used) continue;
    for (Graph* region : regions) region->RemoveInput(first + c);
    captures->erase(captures->begin() + static_cast<std::ptrdiff_t>(c));
  }
}

}  // namespace tinyc
