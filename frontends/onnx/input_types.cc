// SPDX-License-Identifier: Apache-2.0
#include "frontends/onnx/input_types.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_join.h"
#include "frontends/onnx/tensor_proto.h"

namespace tinyc {
namespace {

using Dim = onnx::TensorShapeProto::Dimension;

std::string Quoted(const std::string& name) {
  return absl::StrCat("\"", name, "\"");
}

// `"a", "b" and "c"`, or `none`.
std::string List(const std::set<std::string>& names) {
  if (names.empty()) return "none";
  return absl::StrJoin(names, ", ", [](std::string* out, const auto& name) {
    absl::StrAppend(out, Quoted(name));
  });
}

class Binder {
 public:
  Binder(const std::vector<const onnx::ValueInfoProto*>& inputs,
         const ImportOptions& options)
      : inputs_(inputs), options_(options) {}

  absl::StatusOr<InputTypes> Run() {
    TINYC_RETURN_IF_ERROR(CheckNames());
    for (const auto* input : inputs_) {
      TINYC_RETURN_IF_ERROR(
          Prefixed(absl::StrCat("input ", Quoted(input->name()), ": "),
                   BindByShape(*input)));
    }
    BindFirstDimensions();
    for (const auto* input : inputs_) {
      TINYC_RETURN_IF_ERROR(
          Prefixed(absl::StrCat("input ", Quoted(input->name()), ": "),
                   AddType(*input)));
    }
    if (!open_.empty()) {
      return Invalid("the model has dimensions without a size: ", List(open_),
                     "; give each with --dim NAME=N");
    }
    return std::move(result_);
  }

 private:
  static const onnx::TypeProto::Tensor& Declared(
      const onnx::ValueInfoProto& input) {
    return input.type().tensor_type();
  }
  static bool IsSymbol(const Dim& dim) {
    return dim.has_dim_param() && !dim.dim_param().empty();
  }

  // What the options speak of is in the model.
  absl::Status CheckNames() {
    std::set<std::string> names;
    std::set<std::string> symbols;
    for (const auto* input : inputs_) {
      names.insert(input->name());
      for (const Dim& dim : Declared(*input).shape().dim()) {
        if (IsSymbol(dim)) symbols.insert(dim.dim_param());
      }
    }
    for (const auto& [name, size] : options_.dims) {
      if (!symbols.contains(name)) {
        return Invalid("--dim ", name, ": the model's symbolic dimensions are ",
                       List(symbols));
      }
      if (size < 1) return Invalid("--dim ", name, ": the size is ", size);
    }
    for (const auto& [name, shape] : options_.shapes) {
      if (!names.contains(name)) {
        return Invalid("--shape ", name, ": the model's inputs are ",
                       List(names));
      }
    }
    result_.dims = options_.dims;
    return absl::OkStatus();
  }

  // A whole shape given for an input also sizes the symbols in it.
  absl::Status BindByShape(const onnx::ValueInfoProto& input) {
    const auto given = options_.shapes.find(input.name());
    if (given == options_.shapes.end()) return absl::OkStatus();
    const Shape& shape = given->second;
    const auto& declared = Declared(input).shape().dim();
    if (!Declared(input).has_shape()) return absl::OkStatus();
    if (declared.size() != static_cast<int>(shape.size())) {
      return Invalid("--shape gives rank ", shape.size(),
                     ", the model declares ", declared.size());
    }
    for (int d = 0; d < declared.size(); ++d) {
      const int64_t size = shape[static_cast<size_t>(d)];
      if (IsSymbol(declared[d])) {
        const auto [entry, added] =
            result_.dims.emplace(declared[d].dim_param(), size);
        if (!added && entry->second != size) {
          return Invalid("the dimension ", Quoted(entry->first), " is ",
                         entry->second, " and ", size);
        }
      } else if (declared[d].has_dim_value() &&
                 declared[d].dim_value() != size) {
        result_.overridden = true;
      }
    }
    return absl::OkStatus();
  }

  // A batch: the first dimension of an input, symbolic and still open.
  void BindFirstDimensions() {
    for (const auto* input : inputs_) {
      const auto& declared = Declared(*input).shape().dim();
      if (declared.empty() || !IsSymbol(declared[0]) ||
          options_.shapes.contains(input->name())) {
        continue;
      }
      const std::string& name = declared[0].dim_param();
      if (!result_.dims.emplace(name, 1).second) continue;
      result_.notes.push_back(absl::StrCat(
          "input ", Quoted(input->name()), ": its first dimension ",
          Quoted(name), " is 1; --dim ", name, "=SIZE changes it"));
    }
  }

  absl::Status AddType(const onnx::ValueInfoProto& input) {
    if (!input.type().has_tensor_type()) {
      return Unimplemented("it is not a tensor, which is not supported");
    }
    TINYC_ASSIGN_OR_RETURN(const DType dtype,
                           DTypeOf(Declared(input).elem_type()));
    TINYC_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(input));
    TINYC_ASSIGN_OR_RETURN(TensorType type, CheckedType(dtype, shape));
    result_.types.push_back(std::move(type));
    return absl::OkStatus();
  }

  absl::StatusOr<Shape> ShapeOf(const onnx::ValueInfoProto& input) {
    const auto given = options_.shapes.find(input.name());
    if (given != options_.shapes.end()) return given->second;
    if (!Declared(input).has_shape()) {
      return Invalid("it has no shape; give it with --shape ", input.name(),
                     "=...");
    }
    Shape shape;
    for (const Dim& dim : Declared(input).shape().dim()) {
      if (dim.has_dim_value()) {
        shape.push_back(dim.dim_value());
      } else if (!IsSymbol(dim)) {
        result_.notes.push_back(absl::StrCat("input ", Quoted(input.name()),
                                             ": dimension ", shape.size(),
                                             " has no name and is 1; --shape ",
                                             input.name(), "=... changes it"));
        shape.push_back(1);
      } else if (const auto size = result_.dims.find(dim.dim_param());
                 size != result_.dims.end()) {
        shape.push_back(size->second);
      } else {
        open_.insert(dim.dim_param());
        shape.push_back(1);
      }
    }
    return shape;
  }

  const std::vector<const onnx::ValueInfoProto*>& inputs_;
  const ImportOptions& options_;
  InputTypes result_;
  std::set<std::string> open_;
};

}  // namespace

absl::StatusOr<InputTypes> BindInputTypes(
    const std::vector<const onnx::ValueInfoProto*>& inputs,
    const ImportOptions& options) {
  return Binder(inputs, options).Run();
}

absl::Status CheckOutputType(const onnx::ValueInfoProto& declared,
                             const TensorType& type, const InputTypes& inputs) {
  if (!declared.has_type()) return absl::OkStatus();
  if (!declared.type().has_tensor_type()) {
    return Unimplemented("it is not a tensor, which is not supported");
  }
  const onnx::TypeProto::Tensor& tensor = declared.type().tensor_type();
  if (tensor.elem_type() != 0) {
    TINYC_ASSIGN_OR_RETURN(const DType dtype, DTypeOf(tensor.elem_type()));
    if (dtype != type.dtype) {
      return Invalid("the model declares ", InfoOf(dtype).text,
                     " and computes ", InfoOf(type.dtype).text);
    }
  }
  if (!tensor.has_shape() || inputs.overridden) return absl::OkStatus();
  bool agrees = tensor.shape().dim_size() == type.rank();
  std::vector<std::string> sizes;
  for (const Dim& dim : tensor.shape().dim()) {
    std::optional<int64_t> size;
    if (dim.has_dim_value()) {
      size = dim.dim_value();
    } else if (const auto bound = inputs.dims.find(dim.dim_param());
               bound != inputs.dims.end()) {
      size = bound->second;
    }
    const size_t d = sizes.size();
    sizes.push_back(size ? absl::StrCat(*size) : "?");
    if (d < type.shape.size() && size && *size != type.shape[d]) {
      agrees = false;
    }
  }
  if (agrees) return absl::OkStatus();
  return Invalid("the model declares the shape [", absl::StrJoin(sizes, ","),
                 "] and computes ", ToString(type.shape));
}

}  // namespace tinyc
