// SPDX-License-Identifier: Apache-2.0
// The calls of kernels: a body for each kernel and shape, and what it is given.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"
#include "compiler/codegen/program_builder.h"

namespace tinyc {
namespace {

// "16x16x32"; "scalar" without dimensions.
std::string ShapeText(const Shape& shape) {
  return shape.empty() ? "scalar" : absl::StrJoin(shape, "x");
}

// "2.36 MMAC"
std::string MacsText(int64_t macs) {
  if (macs >= 1000000) {
    return absl::StrFormat("%.2f MMAC", static_cast<double>(macs) / 1e6);
  }
  if (macs >= 1000) {
    return absl::StrFormat("%.1f kMAC", static_cast<double>(macs) / 1e3);
  }
  return absl::StrCat(macs, " MAC");
}

// "conv: x 1x16x16x32, w 32x32x3x3 -> 1x16x16x32, 2.36 MMAC"
std::string Summary(const Node& node) {
  std::vector<std::string> operands;
  const absl::Span<const Operand> named = node.op().operands();
  for (size_t i = 0; i < node.inputs().size(); ++i) {
    if (node.input(i) == nullptr) continue;
    const absl::string_view name =
        i < named.size() && named[i].mode < Operand::Mode::kVariadic
            ? named[i].name
            : "";
    operands.push_back(absl::StrCat(name, name.empty() ? "" : " ",
                                    ShapeText(node.input(i)->type().shape)));
  }
  std::vector<std::string> results;
  for (const Value* output : node.outputs()) {
    results.push_back(ShapeText(output->type().shape));
  }
  const int64_t macs = node.op().Macs(node);
  return absl::StrCat(node.op().name(), ": ", absl::StrJoin(operands, ", "),
                      " -> ", absl::StrJoin(results, ", "),
                      macs == 0 ? "" : ", " + MacsText(macs));
}

bool IsConstPointer(absl::string_view type) {
  return absl::StartsWith(type, "const ");
}

std::string ParamName(const Node& node, const KernelArg& arg) {
  const absl::Span<const Operand> operands = node.op().operands();
  const size_t index = static_cast<size_t>(arg.index);
  switch (arg.kind) {
    case KernelArg::Kind::kInput:
      return index < operands.size() &&
                     operands[index].mode < Operand::Mode::kVariadic
                 ? std::string(operands[index].name)
                 : "x";
    case KernelArg::Kind::kOutput:
      return node.outputs().size() == 1 ? "y" : absl::StrCat("y", index);
    case KernelArg::Kind::kConstant:
      return arg.name;
    case KernelArg::Kind::kScratch:
      return "scratch";
    case KernelArg::Kind::kNull:
      return "NULL";
  }
  return "";
}

}  // namespace

std::string RowParam(const RowField& field) {
  switch (field.kind) {
    case RowField::Kind::kRows:
      return "rows";
    case RowField::Kind::kPad:
      return "pad";
    case RowField::Kind::kFirst:
      return "first";
    case RowField::Kind::kLast:
      return "last";
    case RowField::Kind::kInColumns:
      return "in_columns";
    case RowField::Kind::kLeftPad:
      return "left_pad";
    case RowField::Kind::kOutColumns:
      return field.scale == 1 ? "columns" : "elements";
  }
  return "";
}

CBody& ProgramBuilder::BodyForShapes(const Node& node,
                                     const LoweredCall& lowered,
                                     absl::Span<const Block> shapes) {
  const std::string nulls = NullsOf(lowered.call);
  for (size_t i = 0; i < program_.bodies.size(); ++i) {
    const CBody& known = program_.bodies[i];
    if (known.kernel == lowered.kernel && known.shape == shapes[0] &&
        !known.shape_params.empty() && body_nulls_[i] == nulls) {
      return program_.bodies[i];
    }
  }
  CBody body;
  body.shape = shapes[0];
  body.shape_params = ParamsOf(shapes);
  body.summary =
      absl::StrCat(node.op().name(), " of ", shapes.size(), " shapes");
  return NameBody(node, lowered, std::move(body));
}

// The body for this kernel, shape and set of null arguments.
CBody& ProgramBuilder::BodyFor(const Node& node, const LoweredCall& lowered,
                               const Block& shape,
                               const std::vector<RowField>& row_fields) {
  const std::string nulls = NullsOf(lowered.call);
  for (size_t i = 0; i < program_.bodies.size(); ++i) {
    const CBody& known = program_.bodies[i];
    if (known.kernel == lowered.kernel && known.shape_params.empty() &&
        known.shape == shape && known.row_fields.size() == row_fields.size() &&
        body_nulls_[i] == nulls) {
      return program_.bodies[i];
    }
  }
  CBody body;
  body.shape = shape;
  body.row_fields = row_fields;
  body.summary = Summary(node);
  return NameBody(node, lowered, std::move(body));
}

CBody& ProgramBuilder::NameBody(const Node& node, const LoweredCall& lowered,
                                CBody body) {
  const KernelCall& call = lowered.call;
  const std::string stem(absl::StripPrefix(lowered.kernel->symbol, "tc_"));
  body.name = file_names_.Unique(absl::StrCat(stem, "_", ++bodies_of_[stem]));
  body.kernel = lowered.kernel;
  body.quant_type = std::string(call.quant.type());
  CNames names;
  names.Reserve("s");
  names.Reserve("q");
  for (const RowField& field : body.row_fields) names.Reserve(RowParam(field));
  for (const ShapeParam& param : body.shape_params) names.Reserve(param.name);
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (call.args[i].kind == KernelArg::Kind::kNull) {
      body.args.push_back("NULL");
      continue;
    }
    body.args.push_back(names.Unique(ParamName(node, call.args[i])));
    body.param_names.push_back(body.args.back());
    body.param_types.emplace_back(lowered.kernel->arg_types[i]);
  }
  if (std::count(program_.kernels.begin(), program_.kernels.end(),
                 lowered.kernel) == 0) {
    program_.kernels.push_back(lowered.kernel);
  }
  program_.bodies.push_back(std::move(body));
  body_nulls_.push_back(NullsOf(call));
  return program_.bodies.back();
}

absl::Status ProgramBuilder::AddCall(const Frame& frame, const Node& node,
                                     const LoweredCall& lowered) {
  const KernelCall& call = lowered.call;
  if (lowered.kernel->arg_types.size() != call.args.size()) {
    return Internal(lowered.kernel->symbol, " takes ",
                    lowered.kernel->arg_types.size(), " pointers, not ",
                    call.args.size());
  }
  const absl::Span<const Block> shapes = shared_.Of(lowered);
  CBody& body = shapes.empty() ? BodyFor(node, lowered, call.shape, {})
                               : BodyForShapes(node, lowered, shapes);
  CStep step = CallOf(node, call, body);
  TINYC_ASSIGN_OR_RETURN(const std::vector<std::string> args,
                         ArgsOf(frame, node, lowered));
  for (size_t i = 0; i < args.size(); ++i) {
    // What is null stands in the body.
    if (call.args[i].kind != KernelArg::Kind::kNull) {
      step.args.push_back(args[i]);
    }
  }
  program_.steps.push_back(std::move(step));
  return absl::OkStatus();
}

CStep ProgramBuilder::CallOf(const Node& node, const KernelCall& call,
                             CBody& body) {
  const std::string origin = OriginNames(node);
  if (!origin.empty() &&
      std::count(body.users.begin(), body.users.end(), origin) == 0) {
    body.users.push_back(origin);
  }
  CStep step{CStep::Kind::kCall, origin, body.name, {}};
  for (const ShapeParam& param : body.shape_params) {
    step.args.push_back(param.ValueOf(call.shape));
  }
  if (!call.quant.empty()) {
    step.args.push_back(absl::StrCat(
        "&", QuantOf(call.quant, absl::StrCat(NodeStem(node), "_quant"))));
  }
  return step;
}

absl::StatusOr<std::vector<std::string>> ProgramBuilder::ArgsOf(
    const Frame& frame, const Node& node, const LoweredCall& lowered) {
  const KernelCall& call = lowered.call;
  std::vector<std::string> args;
  for (size_t i = 0; i < call.args.size(); ++i) {
    const KernelArg& arg = call.args[i];
    if (arg.pack_rows != 0) {
      return Internal("weights are not packed; run pack-weights first");
    }
    const absl::string_view type = lowered.kernel->arg_types[i];
    const std::string param = ParamName(node, arg);
    switch (arg.kind) {
      case KernelArg::Kind::kInput:
      case KernelArg::Kind::kOutput: {
        const size_t index = static_cast<size_t>(arg.index);
        const Value* value = arg.kind == KernelArg::Kind::kInput
                                 ? node.input(index)
                                 : node.output(index);
        if (value == nullptr ||
            (arg.kind == KernelArg::Kind::kOutput && IsConstPointer(type))) {
          return Internal(lowered.kernel->symbol, ": argument ", i,
                          " does not fit the kernel");
        }
        TINYC_ASSIGN_OR_RETURN(const CPointer pointer,
                               PointerTo(frame, *value));
        args.push_back(Text(pointer + arg.offset, type,
                            absl::StrCat(NodeStem(node), "_", param)));
        break;
      }
      case KernelArg::Kind::kConstant:
        args.push_back(
            ArrayOf(arg.constant, absl::StrCat(NodeStem(node), "_", param)));
        break;
      case KernelArg::Kind::kScratch: {
        args.push_back(PointerText(ScratchOf(frame, node, arg.offset), type));
        break;
      }
      case KernelArg::Kind::kNull:
        args.emplace_back("NULL");
        break;
    }
  }
  return args;
}

}  // namespace tinyc
