// SPDX-License-Identifier: Apache-2.0
// Sequences and optionals.  They exist at import only: a name is bound to a
// list of tensors, and what is done to the list is done there and then.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "frontends/onnx/importers.h"
#include "frontends/onnx/importers/shared.h"
#include "frontends/onnx/nested_graphs.h"

namespace tinyc {
namespace {

using List = std::vector<Binding>;

Binding BindingOf(List list) {
  return {.list = std::make_shared<const List>(std::move(list))};
}

absl::StatusOr<List> ReadList(OnnxNode& node, size_t i) {
  TINYC_ASSIGN_OR_RETURN(const Binding binding, node.InputBinding(i));
  if (binding.list == nullptr) {
    return Invalid("operand ", i, " is no sequence");
  }
  return *binding.list;
}

// A scalar that says where in a list, -size counting from the end; `end`: the
// place behind the last element is one.
absl::StatusOr<size_t> ReadPosition(OnnxNode& node, size_t i, size_t size,
                                    bool end) {
  TINYC_ASSIGN_OR_RETURN(const auto position, node.ConstantInput(i));
  const int64_t count = static_cast<int64_t>(size);
  if (position == nullptr) return end ? size : size - 1;
  if (!IsInteger(position->dtype()) || position->size() != 1) {
    return Invalid("its position is no integer");
  }
  const int64_t at = position->IntAt(0);
  if (at < -count || at >= count + (end ? 1 : 0)) {
    return Invalid("position ", at, " is outside a sequence of ", count);
  }
  return static_cast<size_t>(at < 0 ? at + count : at);
}

absl::Status CheckTensor(const Binding& binding) {
  if (binding.is_tensor()) return absl::OkStatus();
  return Invalid("an element of a sequence is no tensor");
}

}  // namespace

absl::Status ImportSequenceEmpty(OnnxNode& node) {
  node.Int("dtype", 1);
  node.SetOutput(0, BindingOf({}));
  return absl::OkStatus();
}

absl::Status ImportSequenceConstruct(OnnxNode& node) {
  List list;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(list.emplace_back(), node.InputBinding(i));
    TINYC_RETURN_IF_ERROR(CheckTensor(list.back()));
  }
  node.SetOutput(0, BindingOf(std::move(list)));
  return absl::OkStatus();
}

absl::Status ImportSequenceInsert(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(List list, ReadList(node, 0));
  TINYC_ASSIGN_OR_RETURN(const Binding element, node.InputBinding(1));
  TINYC_RETURN_IF_ERROR(CheckTensor(element));
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         ReadPosition(node, 2, list.size(), /*end=*/true));
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), element);
  node.SetOutput(0, BindingOf(std::move(list)));
  return absl::OkStatus();
}

absl::Status ImportSequenceErase(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(List list, ReadList(node, 0));
  if (list.empty()) return Invalid("the sequence is empty");
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         ReadPosition(node, 1, list.size(), /*end=*/false));
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  node.SetOutput(0, BindingOf(std::move(list)));
  return absl::OkStatus();
}

absl::Status ImportSequenceAt(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const List list, ReadList(node, 0));
  if (list.empty()) return Invalid("the sequence is empty");
  TINYC_ASSIGN_OR_RETURN(const size_t at,
                         ReadPosition(node, 1, list.size(), /*end=*/false));
  node.SetOutput(0, list[at]);
  return absl::OkStatus();
}

absl::Status ImportSequenceLength(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const List list, ReadList(node, 0));
  node.SetOutput(0, Tensor::Scalar(static_cast<int64_t>(list.size())));
  return absl::OkStatus();
}

absl::Status ImportSplitToSequence(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(Value * x, node.StoredInput(0));
  TINYC_ASSIGN_OR_RETURN(const int64_t axis,
                         NormalAxis(node.Int("axis", 0), x->type().rank()));
  const size_t d = static_cast<size_t>(axis);
  const int64_t dim = x->type().shape[d];
  TINYC_ASSIGN_OR_RETURN(const auto split, node.ConstantInput(1));
  if (split != nullptr && !IsInteger(split->dtype())) {
    return Invalid("its parts are no integers");
  }
  // Without `split`, parts of 1, and keepdims counts.
  const bool keep = node.Int("keepdims", 1) != 0 || split != nullptr;
  std::vector<int64_t> sizes;
  if (split == nullptr || split->shape().empty()) {
    const int64_t part = split == nullptr ? 1 : split->IntAt(0);
    if (part <= 0) return Invalid("it is split into parts of ", part);
    if (dim / part > 10000) {
      return Unimplemented("it is split into more than 10000 parts");
    }
    for (int64_t start = 0; start < dim; start += part) {
      sizes.push_back(std::min(part, dim - start));
    }
  } else {
    int64_t sum = 0;
    for (int64_t i = 0; i < split->size(); ++i) {
      const int64_t size = split->IntAt(i);
      if (size < 0 || size > dim) {
        return Invalid("it is split into parts of ", size);
      }
      sizes.push_back(size);
      sum += size;
    }
    if (sum != dim) {
      return Invalid("its parts do not make up a dimension of ", dim);
    }
  }
  List list;
  int64_t start = 0;
  for (const int64_t size : sizes) {
    std::vector<int64_t> starts(x->type().shape.size(), 0);
    std::vector<int64_t> shape(x->type().shape.begin(), x->type().shape.end());
    starts[d] = start;
    shape[d] = size;
    start += size;
    TINYC_ASSIGN_OR_RETURN(
        Value * part,
        node.Emit("slice", {x}, {{"starts", starts}, {"sizes", shape}}));
    if (!keep) {
      shape.erase(shape.begin() + axis);
      TINYC_ASSIGN_OR_RETURN(part, ReshapeTo(node, part, shape));
    }
    list.push_back({.value = part});
  }
  node.SetOutput(0, BindingOf(std::move(list)));
  return absl::OkStatus();
}

absl::Status ImportConcatFromSequence(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const List list, ReadList(node, 0));
  if (list.empty()) return Invalid("the sequence is empty");
  const bool stack = node.Int("new_axis", 0) != 0;
  if (!node.Has("axis")) return Invalid("attribute axis is missing");
  TINYC_ASSIGN_OR_RETURN(
      const int64_t axis,
      NormalAxis(node.Int("axis", 0), list[0].type().rank() + (stack ? 1 : 0)));
  std::vector<Value*> parts;
  for (const Binding& element : list) {
    Value* part = node.ValueOf(element);
    if (stack) {
      if (axis > part->type().rank()) {
        return Invalid("the elements of the sequence differ in rank");
      }
      std::vector<int64_t> shape(part->type().shape.begin(),
                                 part->type().shape.end());
      shape.insert(shape.begin() + axis, 1);
      TINYC_ASSIGN_OR_RETURN(part, ReshapeTo(node, part, shape));
    }
    parts.push_back(part);
  }
  return node.SetOutput(
      0, node.Emit("concat", std::move(parts), {{"axis", axis}}));
}

absl::Status ImportSequenceMap(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const onnx::GraphProto* body, node.GraphAttr("body"));
  TINYC_ASSIGN_OR_RETURN(const List first, ReadList(node, 0));
  std::vector<Binding> operands = {BindingOf(first)};
  for (size_t i = 1; i < node.num_inputs(); ++i) {
    TINYC_ASSIGN_OR_RETURN(operands.emplace_back(), node.InputBinding(i));
    if (operands.back().list != nullptr &&
        operands.back().list->size() != first.size()) {
      return Invalid("operand ", i, " is a sequence of ",
                     operands.back().list->size(), ", not ", first.size());
    }
  }
  std::vector<List> results(node.num_outputs());
  for (size_t k = 0; k < first.size(); ++k) {
    std::vector<Binding> inputs;
    for (const Binding& operand : operands) {
      inputs.push_back(operand.list == nullptr ? operand : (*operand.list)[k]);
    }
    const auto mapped = ImportInPlace(node, *body, inputs,
                                      absl::StrCat("its body for element ", k),
                                      absl::StrCat(node.OutputName(0), "/", k));
    if (!mapped || mapped->size() < results.size()) return node.Lose();
    for (size_t r = 0; r < results.size(); ++r) {
      if ((*mapped)[r].lost()) return node.Lose();
      results[r].push_back((*mapped)[r]);
    }
  }
  for (size_t r = 0; r < results.size(); ++r) {
    node.SetOutput(r, BindingOf(std::move(results[r])));
  }
  return absl::OkStatus();
}

// An optional with an element is bound as the element.
absl::Status ImportOptional(OnnxNode& node) {
  node.Ignore("type");  // that of the element
  if (!node.HasInput(0)) {
    node.SetOutput(0, Binding{.none = true});
    return absl::OkStatus();
  }
  TINYC_ASSIGN_OR_RETURN(const Binding element, node.InputBinding(0));
  node.SetOutput(0, element);
  return absl::OkStatus();
}

absl::Status ImportOptionalHasElement(OnnxNode& node) {
  bool has = node.HasInput(0);
  if (has) {
    TINYC_ASSIGN_OR_RETURN(const Binding element, node.InputBinding(0));
    has = !element.none;
  }
  node.SetOutput(0, Tensor::Scalar<bool>(has));
  return absl::OkStatus();
}

absl::Status ImportOptionalGetElement(OnnxNode& node) {
  TINYC_ASSIGN_OR_RETURN(const Binding element, node.InputBinding(0));
  if (element.none) return Invalid("the optional is empty");
  node.SetOutput(0, element);
  return absl::OkStatus();
}

}  // namespace tinyc
