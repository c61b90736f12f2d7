// SPDX-License-Identifier: Apache-2.0
#include "compiler/ir/graph.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace tinyc {
namespace {

// Arity and absent operands against the signature.
absl::Status CheckOperands(const Op& op, absl::Span<Value* const> inputs) {
  const absl::Span<const Operand> operands = op.operands();
  const bool variadic =
      !operands.empty() && (operands.back().mode == Operand::Mode::kVariadic ||
                            operands.back().mode == Operand::Mode::kAny);
  if (!variadic && inputs.size() > operands.size()) {
    return Invalid(op.name(), " takes at most ", operands.size(),
                   " operands, not ", inputs.size());
  }
  for (size_t i = 0; i < std::max(op.min_operands(), inputs.size()); ++i) {
    const Operand& operand = operands[std::min(i, operands.size() - 1)];
    if (operand.mode == Operand::Mode::kOptional) continue;
    if (i >= inputs.size() || inputs[i] == nullptr) {
      return Invalid(op.name(), " needs operand \"", operand.name, "\"");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TensorType>> Infer(
    const Op& op, absl::Span<Value* const> inputs,
    absl::Span<const ElemType> want,
    absl::Span<const std::shared_ptr<Graph>> regions) {
  TINYC_RETURN_IF_ERROR(CheckOperands(op, inputs));
  std::vector<const TensorType*> in;
  for (const Value* value : inputs) {
    in.push_back(value == nullptr ? nullptr : &value->type());
  }
  in.resize(std::max(in.size(), op.min_operands()), nullptr);
  std::vector<const Graph*> bodies;
  for (const auto& region : regions) bodies.push_back(region.get());
  return op.InferTypes({.in = in, .want = want, .regions = bodies});
}

}  // namespace

absl::Status WithLoc(const absl::Status& status, const Node& node) {
  if (status.ok() || node.loc().empty()) return status;
  return Prefixed(absl::StrCat(node.loc().Describe(), ": "), status);
}

int64_t Op::Macs(const Node&) const { return 0; }

absl::StatusOr<std::vector<KernelCall>> Op::Lower(const Node&) const {
  return Unimplemented("operator ", name(), " has no C kernel yet");
}

Graph::Graph() = default;
Graph::~Graph() = default;

std::string Graph::UniqueName(std::string name) {
  if (name.empty()) {
    do {
      name = absl::StrCat(next_number_++);
    } while (names_.contains(name));
  }
  std::string unique = name;
  for (int i = 1; names_.contains(unique); ++i) {
    unique = absl::StrCat(name, "_", i);
  }
  names_.insert(unique);
  return unique;
}

Value* Graph::NewValue(std::string name, TensorType type) {
  values_.push_back(std::make_unique<Value>());
  Value* value = values_.back().get();
  value->name_ = UniqueName(std::move(name));
  value->type_ = std::move(type);
  ++revision_;
  return value;
}

Value* Graph::AddInput(std::string name, TensorType type) {
  inputs_.push_back(NewValue(std::move(name), std::move(type)));
  return inputs_.back();
}

Value* Graph::AddConstant(Tensor tensor, std::string name) {
  return AddConstant(std::make_shared<const Tensor>(std::move(tensor)),
                     std::move(name));
}

Value* Graph::AddConstant(std::shared_ptr<const Tensor> tensor,
                          std::string name) {
  Value* value = NewValue(std::move(name), tensor->type());
  value->constant_ = std::move(tensor);
  return value;
}

void Graph::AddOutput(Value* value) {
  value->uses_.push_back({nullptr, static_cast<int>(outputs_.size())});
  outputs_.push_back(value);
  ++revision_;
}

std::vector<Node*> Graph::NodeSnapshot() const {
  std::vector<Node*> nodes;
  for (const auto& node : nodes_) nodes.push_back(node.get());
  return nodes;
}

std::vector<Value*> Graph::Constants() const {
  std::vector<Value*> constants;
  absl::flat_hash_set<const Value*> seen;
  const auto add = [&](Value* value) {
    if (value != nullptr && value->constant() != nullptr &&
        seen.insert(value).second) {
      constants.push_back(value);
    }
  };
  for (const auto& node : nodes_) {
    for (Value* value : node->inputs()) add(value);
  }
  for (Value* value : outputs_) add(value);
  return constants;
}

absl::StatusOr<Node*> Graph::Insert(Node* before, std::unique_ptr<const Op> op,
                                    std::vector<Value*> inputs,
                                    Options options) {
  absl::StatusOr<std::vector<TensorType>> types =
      Infer(*op, inputs, options.want, options.regions);
  if (!types.ok()) {
    return options.loc.empty()
               ? types.status()
               : Prefixed(absl::StrCat(options.loc.Describe(), ": "),
                          types.status());
  }
  auto owned = std::make_unique<Node>();
  Node* node = owned.get();
  node->op_ = std::move(op);
  node->inputs_ = std::move(inputs);
  node->regions_ = std::move(options.regions);
  node->loc_ = std::move(options.loc);
  for (size_t i = 0; i < node->inputs_.size(); ++i) {
    if (node->inputs_[i] == nullptr) continue;
    node->inputs_[i]->uses_.push_back({node, static_cast<int>(i)});
  }
  for (size_t i = 0; i < types->size(); ++i) {
    Value* output =
        NewValue(i < options.names.size() ? std::move(options.names[i]) : "",
                 std::move((*types)[i]));
    output->producer_ = node;
    output->output_index_ = static_cast<int>(i);
    node->outputs_.push_back(output);
  }
  const auto place = before == nullptr ? nodes_.end() : before->position_;
  node->position_ = nodes_.insert(place, std::move(owned));
  return node;
}

absl::StatusOr<Node*> Graph::Append(std::unique_ptr<const Op> op,
                                    std::vector<Value*> inputs,
                                    Options options) {
  return Insert(nullptr, std::move(op), std::move(inputs), std::move(options));
}

void Graph::RemoveUse(Value* value, Use use) {
  const auto found = std::find(value->uses_.begin(), value->uses_.end(), use);
  TINYC_CHECK(found != value->uses_.end());
  value->uses_.erase(found);
}

void Graph::ReplaceUses(Value* from, Value* to) {
  TINYC_CHECK(from != to && from->type_ == to->type_);
  for (const Use& use : from->uses_) {
    if (use.node == nullptr) {
      outputs_[static_cast<size_t>(use.index)] = to;
    } else {
      use.node->inputs_[static_cast<size_t>(use.index)] = to;
    }
    to->uses_.push_back(use);
  }
  from->uses_.clear();
  ++revision_;
}

void Graph::SetInput(Node* node, size_t index, Value* value) {
  if (index >= node->inputs_.size()) node->inputs_.resize(index + 1, nullptr);
  Value*& slot = node->inputs_[index];
  const Use use{node, static_cast<int>(index)};
  if (slot != nullptr) RemoveUse(slot, use);
  slot = value;
  if (value != nullptr) value->uses_.push_back(use);
  ++revision_;
}

void Graph::SetOutput(size_t index, Value* value) {
  const Use use{nullptr, static_cast<int>(index)};
  RemoveUse(outputs_[index], use);
  outputs_[index] = value;
  value->uses_.push_back(use);
  ++revision_;
}

absl::Status Graph::SetOp(Node* node, std::unique_ptr<const Op> op) {
  std::vector<ElemType> want;
  for (const Value* out : node->outputs_) want.push_back(out->type_.elem());
  TINYC_ASSIGN_OR_RETURN(const std::vector<TensorType> types,
                         Infer(*op, node->inputs_, want, node->regions_));
  TINYC_CHECK(types.size() == node->outputs_.size());
  for (size_t i = 0; i < types.size(); ++i) {
    TINYC_CHECK(types[i] == node->outputs_[i]->type_);
  }
  node->op_ = std::move(op);
  ++revision_;
  return absl::OkStatus();
}

void Graph::SetLoc(Node* node, Loc loc) { node->loc_ = std::move(loc); }

void Graph::RemoveInput(size_t index) {
  Value* input = inputs_[index];
  TINYC_CHECK(input->uses_.empty());
  inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(index));
  names_.erase(input->name_);
  values_.remove_if([&](const auto& v) { return v.get() == input; });
  ++revision_;
}

void Graph::Erase(Node* node) {
  for (size_t i = 0; i < node->inputs_.size(); ++i) {
    if (node->inputs_[i] == nullptr) continue;
    RemoveUse(node->inputs_[i], {node, static_cast<int>(i)});
  }
  for (Value* output : node->outputs_) {
    TINYC_CHECK(output->uses_.empty());
    names_.erase(output->name_);
    values_.remove_if([&](const auto& v) { return v.get() == output; });
  }
  nodes_.erase(node->position_);
  ++revision_;
}

void Graph::MoveBefore(Node* node, Node* before) {
  nodes_.splice(before == nullptr ? nodes_.end() : before->position_, nodes_,
                node->position_);
  ++revision_;
}

void Graph::SetInputType(Value* input, TensorType type) {
  TINYC_CHECK(input->producer_ == nullptr && input->constant_ == nullptr);
  input->type_ = std::move(type);
  ++revision_;
}

void Graph::Rename(Value* value, std::string name) {
  names_.erase(value->name_);
  value->name_ = UniqueName(std::move(name));
  ++revision_;
}

std::unique_ptr<Graph> Graph::Clone() const {
  auto copy = std::make_unique<Graph>();
  absl::flat_hash_map<const Value*, Value*> map;
  for (const auto& value : values_) {
    if (value->producer_ != nullptr) continue;
    Value* twin = copy->NewValue(value->name_, value->type_);
    twin->constant_ = value->constant_;
    map[value.get()] = twin;
  }
  for (const Value* input : inputs_) copy->inputs_.push_back(map.at(input));
  for (const auto& node : nodes_) {
    auto owned = std::make_unique<Node>();
    Node* twin = owned.get();
    twin->op_ = node->op_->Clone();
    twin->loc_ = node->loc_;
    for (const auto& region : node->regions_) {
      twin->regions_.push_back(region->Clone());
    }
    for (size_t i = 0; i < node->inputs_.size(); ++i) {
      Value* input =
          node->inputs_[i] == nullptr ? nullptr : map.at(node->inputs_[i]);
      twin->inputs_.push_back(input);
      if (input != nullptr) {
        input->uses_.push_back({twin, static_cast<int>(i)});
      }
    }
    for (const Value* output : node->outputs_) {
      Value* value = copy->NewValue(output->name_, output->type_);
      value->producer_ = twin;
      value->output_index_ = output->output_index_;
      twin->outputs_.push_back(value);
      map[output] = value;
    }
    twin->position_ = copy->nodes_.insert(copy->nodes_.end(), std::move(owned));
  }
  for (const Value* output : outputs_) copy->AddOutput(map.at(output));
  copy->next_number_ = next_number_;
  return copy;
}

}  // namespace tinyc
