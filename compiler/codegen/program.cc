// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/program.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program_builder.h"
#include "compiler/ops/if.h"
#include "compiler/ops/read_rows.h"

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

int64_t CTensor::rows() const { return read_by->output()->type().shape[1]; }

int64_t CTensor::row_elements() const {
  return read_by->output()->type().num_elements() / rows();
}

absl::StatusOr<CProgram> ProgramBuilder::Build() {
  program_.prefix = LegalPrefix(options_.prefix);
  program_.macros = absl::AsciiStrToUpper(program_.prefix);
  program_.stem = options_.stem.empty() ? program_.prefix : options_.stem;
  program_.caller_arena = options_.caller_arena;
  program_.io_in_arena = module_.io_in_arena;
  program_.arena_align = ArenaAlign(module_);
  if (!options_.shared_arena.empty()) {
    program_.shared_arena = SharedArenaName(options_.shared_arena);
    file_names_.Reserve(program_.shared_arena);
    params_.Reserve(program_.shared_arena);
  }
  for (const char* suffix :
       {"run", "model", "arena", "run_model", "inputs", "outputs"}) {
    file_names_.Reserve(absl::StrCat(program_.prefix, "_", suffix));
  }
  if (options_.selftest) {
    program_.selftest = program_.prefix + "_selftest";
    file_names_.Reserve(program_.selftest);
    file_names_.Reserve(program_.selftest + "_layer");
    TINYC_ASSIGN_OR_RETURN(checked_, LayersToCheck(module_));
  }
  NameBoundary();
  NameParts();
  Frame frame{module_, 0, {}, {}};
  const auto pointer = [](const CTensor& tensor, bool is_const) {
    return CPointer{.kind = CPointer::Kind::kNamed,
                    .name = tensor.name,
                    .dtype = tensor.value->type().dtype,
                    .is_const = is_const};
  };
  for (const CTensor& t : program_.inputs) {
    frame.inputs.push_back(pointer(t, true));
  }
  for (const CTensor& t : program_.outputs) {
    frame.outputs.push_back(pointer(t, false));
  }
  if (options_.poison) {
    program_.dead = file_names_.Unique(program_.prefix + "_dead");
    program_.live = file_names_.Unique(program_.prefix + "_live");
  }
  AddUnpoisonAll();
  TINYC_RETURN_IF_ERROR(AddNodes(frame));
  AddUnpoisonAll();
  return std::move(program_);
}

void ProgramBuilder::NameBoundary() {
  // What else stands in the scope of the parameters.
  for (const char* name :
       {"arena", "workspace", "inputs", "outputs", "memcpy"}) {
    params_.Reserve(name);
  }
  macro_names_.Reserve("ARENA");
  const auto name = [&](const Value* value) {
    CTensor tensor;
    tensor.value = value;
    tensor.name = params_.Unique(FileScopeName(value->name()));
    const std::string macro =
        absl::StrCat(program_.macros, "_",
                     macro_names_.Unique(absl::AsciiStrToUpper(tensor.name)));
    tensor.size = absl::StrCat(macro, "_SIZE");
    // A function of that name could not be called in their scope, and the
    // description of each is a file-scope object.
    file_names_.Reserve(tensor.name);
    file_names_.Reserve(
        absl::StrCat(program_.prefix, "_", tensor.name, "_dims"));
    tensor.read_by = ReaderOf(*value);
    if (tensor.read_by != nullptr) {
      const auto unique = [&](absl::string_view suffix) {
        return file_names_.Unique(
            absl::StrCat(program_.prefix, "_", tensor.name, suffix));
      };
      tensor.reader = params_.Unique("read_" + tensor.name);
      tensor.user = params_.Unique(tensor.name + "_user");
      tensor.reader_type = unique("_reader");
      tensor.row_of = unique("_row");
      tensor.rows_macro = macro + "_ROWS";
      tensor.row_size = macro + "_ROW_SIZE";
    } else if (module_.io_in_arena) {
      tensor.offset = module_.plan->values.at(value).offset;
      tensor.offset_macro = absl::StrCat(macro, "_OFFSET");
      tensor.accessor =
          file_names_.Unique(absl::StrCat(program_.prefix, "_", tensor.name));
    }
    return tensor;
  };
  for (const Value* value : module_.graph->inputs()) {
    program_.inputs.push_back(name(value));
  }
  for (const Value* value : module_.graph->outputs()) {
    program_.outputs.push_back(name(value));
  }
}

void ProgramBuilder::NameParts() {
  for (const ArenaPart& part : module_.plan->parts) {
    program_.parts.push_back(
        {.part = part,
         .name =
             file_names_.Unique(absl::StrCat(program_.prefix, "_", part.name)),
         .variable = params_.Unique(part.name),
         .macro = absl::StrCat(
             program_.macros, "_",
             macro_names_.Unique(absl::AsciiStrToUpper(part.name)))});
  }
}

std::string ProgramBuilder::ArrayOf(std::shared_ptr<const Tensor> tensor,
                                    const std::string& wanted) {
  if (CCountOf(tensor->type()) == 0) return "NULL";
  const absl::Span<const uint8_t> bytes = tensor->bytes();
  const auto key =
      std::pair(CTypeOf(tensor->dtype()),
                absl::string_view(reinterpret_cast<const char*>(bytes.data()),
                                  bytes.size()));
  const auto [known, added] = arrays_.try_emplace(key, "");
  if (added) {
    known->second = file_names_.Unique(wanted);
    program_.arrays.push_back({known->second, std::move(tensor)});
  }
  return known->second;
}

std::string ProgramBuilder::QuantOf(const Block& block,
                                    const std::string& wanted) {
  for (const CStruct& quant : program_.quants) {
    if (quant.block == block) return quant.name;
  }
  program_.quants.push_back({file_names_.Unique(wanted), block});
  return program_.quants.back().name;
}

CPointer ProgramBuilder::InArena(int64_t offset) const {
  for (const CPart& part : program_.parts) {
    if (offset < part.part.begin || offset >= part.part.end()) continue;
    return CPointer{.kind = CPointer::Kind::kNamed,
                    .offset = offset - part.part.begin,
                    .name = part.variable};
  }
  return CPointer{.offset = offset};
}

absl::StatusOr<CPointer> ProgramBuilder::PointerTo(const Frame& frame,
                                                   const Value& value) const {
  if (auto constant = ConstantBytes(frame.module, value)) {
    return CPointer{.kind = CPointer::Kind::kConstant,
                    .constant = std::move(constant)};
  }
  const auto found = frame.module.plan->values.find(&value);
  if (found == frame.module.plan->values.end()) {
    return Internal("%", value.name(), " has no place in memory");
  }
  const Place& place = found->second;
  const size_t index = static_cast<size_t>(place.index);
  switch (place.kind) {
    case Place::Kind::kModelInput:
      return frame.inputs[index] + place.offset;
    case Place::Kind::kModelOutput:
      return frame.outputs[index] + place.offset;
    case Place::Kind::kArena:
      break;
  }
  return InArena(frame.arena + place.offset);
}

CPointer ProgramBuilder::ScratchOf(const Frame& frame, const Node& node,
                                   int64_t offset) const {
  return InArena(frame.arena + frame.module.plan->scratch.at(&node) + offset);
}

std::string ProgramBuilder::Text(const CPointer& pointer,
                                 absl::string_view type,
                                 const std::string& wanted) {
  if (pointer.kind != CPointer::Kind::kConstant) {
    return PointerText(pointer, type);
  }
  const std::string array = ArrayOf(pointer.constant, wanted);
  if (array == "NULL") return array;
  if (pointer.offset == 0) {
    return PointsTo(type, pointer.constant->dtype())
               ? array
               : absl::StrCat("(", type, ")", array);
  }
  return absl::StrCat("(", type, ")((const uint8_t *)", array, " + ",
                      pointer.offset, ")");
}

// The body for this kernel, shape and set of null arguments.
CBody& ProgramBuilder::BodyFor(const Node& node, const LoweredCall& lowered,
                               const Block& shape,
                               const std::vector<RowField>& row_fields) {
  const KernelCall& call = lowered.call;
  std::string nulls;
  for (const KernelArg& arg : call.args) {
    nulls += arg.kind == KernelArg::Kind::kNull ? '0' : '1';
  }
  for (size_t i = 0; i < program_.bodies.size(); ++i) {
    const CBody& known = program_.bodies[i];
    if (known.kernel == lowered.kernel && known.shape == shape &&
        known.row_fields.size() == row_fields.size() &&
        body_nulls_[i] == nulls) {
      return program_.bodies[i];
    }
  }
  CBody body;
  const std::string stem(absl::StripPrefix(lowered.kernel->symbol, "tc_"));
  body.name = file_names_.Unique(absl::StrCat(stem, "_", ++bodies_of_[stem]));
  body.kernel = lowered.kernel;
  body.shape = shape;
  body.row_fields = row_fields;
  body.quant_type = std::string(call.quant.type());
  body.summary = Summary(node);
  CNames names;
  names.Reserve("s");
  names.Reserve("q");
  for (const RowField& field : row_fields) names.Reserve(RowParam(field));
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
  body_nulls_.push_back(nulls);
  return program_.bodies.back();
}

absl::Status ProgramBuilder::AddNodes(const Frame& frame) {
  std::optional<DeadBytes> dead;
  if (options_.poison) dead.emplace(frame.module);
  if (dead) PoisonAfter(frame, *dead, -1);
  int step = 0;
  for (const auto& node : frame.module.graph->nodes()) {
    if (const Stream* stream = StreamOf(*frame.module.plan, *node)) {
      if (stream->nodes[0] == node.get()) {
        TINYC_RETURN_IF_ERROR(WithLoc(AddStream(frame, *stream), *node));
        for (const Node* layer : stream->nodes) {
          TINYC_RETURN_IF_ERROR(ShowResults(frame, *layer));
        }
      }
      if (dead && stream->nodes.back() == node.get()) {
        PoisonAfter(frame, *dead, step);
      }
      ++step;
      continue;
    }
    if (InputReadBy(frame, *node) != nullptr) {
      // A loop over its rows.
      TINYC_RETURN_IF_ERROR(
          WithLoc(AddStream(frame, {.nodes = {node.get()}}), *node));
      TINYC_RETURN_IF_ERROR(ShowResults(frame, *node));
      if (dead) PoisonAfter(frame, *dead, step);
      ++step;
      continue;
    }
    if (dead) UnpoisonResults(frame, *node);
    if (node->As<If>() != nullptr) {
      TINYC_RETURN_IF_ERROR(WithLoc(AddIf(frame, *node), *node));
    } else if (const Loop* loop = node->As<Loop>()) {
      TINYC_RETURN_IF_ERROR(WithLoc(AddLoop(frame, *node, *loop), *node));
    }
    for (const LoweredCall& lowered :
         frame.module.lowering->calls.at(node.get())) {
      if (lowered.kernel == nullptr) continue;
      TINYC_RETURN_IF_ERROR(WithLoc(AddCall(frame, *node, lowered), *node));
    }
    TINYC_RETURN_IF_ERROR(ShowResults(frame, *node));
    if (dead) PoisonAfter(frame, *dead, step++);
  }
  return absl::OkStatus();
}

absl::Status ProgramBuilder::AddCall(const Frame& frame, const Node& node,
                                     const LoweredCall& lowered) {
  const KernelCall& call = lowered.call;
  if (lowered.kernel->arg_types.size() != call.args.size()) {
    return Internal(lowered.kernel->symbol, " takes ",
                    lowered.kernel->arg_types.size(), " pointers, not ",
                    call.args.size());
  }
  CBody& body = BodyFor(node, lowered, call.shape, {});
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

absl::StatusOr<CProgram> BuildProgram(const Module& module,
                                      const EmitOptions& options) {
  if (module.stage != Stage::kPlanned || !module.plan || !module.lowering) {
    return Internal("only a planned module is emitted as C");
  }
  return ProgramBuilder(module, options).Build();
}

}  // namespace tinyc
