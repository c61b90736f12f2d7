// SPDX-License-Identifier: Apache-2.0
// Streams in C: layers that take turns, a row at a time.
//
//   for (int32_t row = 24; row >= 0; --row) {       one layer, upwards
//     const tc_rows x = tc_rows_for(row, 1, 1, 3, 25);
//     depthwise2d_s8_1(x.count, x.pad, ..., in + 320 * x.first, ...,
//                      out + 320 * row);
//   }
//
//   for (int32_t i = 0; i < 75; ++i) {              several layers
//     const int32_t layer = conv_1_turns[i];
//     switch (layer) {
//       case 0: {
//         const int32_t row = made[0];
//         ...
//         break;
//       }
//     }
//     ++made[layer];
//   }
//
// With strips, that is inside of a loop over them, and a table tells which
// columns of each layer a strip has.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/program_builder.h"
#include "compiler/lowering/row_schedule.h"
#include "compiler/ops/read_rows.h"

namespace tinyc {
namespace {

// ` + 16 * first`, of bytes as elements.
std::string Offset(int64_t bytes, const TensorType& type,
                   const std::string& times) {
  return absl::StrCat(" + ", bytes / (InfoOf(type.dtype).bits / 8), " * ",
                      times);
}

// `arg`, for a parameter of type `param`, as a pointer to elements of `type`,
// to which elements can be added.
std::string Typed(const std::string& arg, absl::string_view param,
                  const TensorType& type) {
  if (!absl::StrContains(param, "void")) return arg;
  return absl::StrCat("(", absl::StartsWith(param, "const ") ? "const " : "",
                      CTypeOf(type.dtype), " *)(", arg, ")");
}

}  // namespace

std::string ProgramBuilder::StreamText::FirstColumn(size_t layer) const {
  return absl::StrCat(columns, "[", 2 * layer, "]");
}

std::string ProgramBuilder::StreamText::Columns(size_t layer) const {
  return absl::StrCat(columns, "[", 2 * layer + 1, "]");
}

std::string ProgramBuilder::StreamText::FirstComputed(size_t layer) const {
  return schedule->seam == layer
             ? absl::StrCat("(", FirstColumn(layer), " + ", seam, ")")
             : FirstColumn(layer);
}

std::string ProgramBuilder::StreamText::Computed(size_t layer) const {
  return schedule->seam == layer
             ? absl::StrCat("(", Columns(layer), " - ", seam, ")")
             : Columns(layer);
}

std::string ProgramBuilder::RowOfResult(const StreamText& text, size_t n,
                                        absl::string_view type,
                                        const std::string& whole) const {
  const RowCall& call = text.schedule->calls[n];
  if (!text.windows[n].empty()) {
    const int64_t left = text.schedule->SeamRowBytes(n);
    return left > 0
               ? absl::StrCat("(", type, ")tc_window_join(&", text.windows[n],
                              ", ", text.row, ", ", text.left, ", ", left, ", ",
                              text.strip, " > 0)")
               : absl::StrCat("(", type, ")tc_window_next(&", text.windows[n],
                              ", ", text.row, ")");
  }
  if (call.folds) return whole;
  const TensorType& result = call.result->type();
  return absl::StrCat(whole, Offset(call.row_bytes, result, text.row),
                      text.strip.empty() ? ""
                                         : Offset(call.column_bytes(), result,
                                                  text.FirstColumn(n)));
}

CTensor* ProgramBuilder::InputReadBy(const Frame& frame, const Node& node) {
  if (&frame.module != &module_) return nullptr;
  for (CTensor& input : program_.inputs) {
    if (input.read_by == &node) return &input;
  }
  return nullptr;
}

absl::Status ProgramBuilder::AddReadRow(const Frame& frame,
                                        const StreamText& text, size_t n,
                                        CTensor& input) {
  const RowCall& call = text.schedule->calls[n];
  const Node& node = *text.stream->nodes[n];
  if (node.As<ReadRows>()->planar) {
    input.row_body = BodyFor(node, *call.lowered, *call.shape, {}).name;
  }
  TINYC_ASSIGN_OR_RETURN(const CPointer whole, PointerTo(frame, *call.result));
  const std::string type =
      absl::StrCat(CTypeOf(call.result->type().dtype), " *");
  const std::string code = LocalName("code");
  program_.steps.push_back(
      {CStep::Kind::kCall,
       OriginNames(node),
       absl::StrCat("const int ", code, " = ", input.reader),
       {input.user, text.row,
        RowOfResult(text, n, type, PointerText(whole, type))}});
  AddLine(CStep::Kind::kLine,
          absl::StrCat("if (", code, " != 0) return ", code, ";"));
  return absl::OkStatus();
}

absl::Status ProgramBuilder::AddRow(const Frame& frame, const StreamText& text,
                                    size_t n) {
  const RowSchedule& schedule = *text.schedule;
  const RowCall& call = schedule.calls[n];
  const Node& node = *text.stream->nodes[n];
  if (CTensor* input = InputReadBy(frame, node)) {
    return AddReadRow(frame, text, n, *input);
  }
  const bool strips = !text.strip.empty();
  Block shape = *call.shape;
  std::vector<RowField> fields = call.fields;
  if (strips) {
    for (const RowField& field : call.strip_fields) {
      shape.SetInt(field.name, field.index, 0);
      fields.push_back(field);
    }
  }
  CBody& body = BodyFor(node, *call.lowered, shape, fields);
  CStep step = CallOf(node, call.lowered->call, body);
  TINYC_ASSIGN_OR_RETURN(std::vector<std::string> args,
                         ArgsOf(frame, node, *call.lowered));

  const bool windowed_rows = !call.fields.empty() && !call.folds;
  const std::string x = windowed_rows ? LocalName("x") : "";
  const std::string first_row =
      windowed_rows ? absl::StrCat(x, ".first") : text.row;
  if (windowed_rows) {
    const RowReach& rows = call.operands[0].rows;
    AddLine(CStep::Kind::kLine,
            absl::StrCat("const tc_rows ", x, " = tc_rows_for(", text.row, ", ",
                         rows.stride, ", ", rows.pad, ", ", rows.extent, ", ",
                         rows.size, ");"));
  }
  const absl::Span<const absl::string_view> types =
      call.lowered->kernel->arg_types;
  const auto first_of = [&](const RowOperand& operand) {
    return operand.rows.repeat == 1
               ? first_row
               : absl::StrCat("(", text.row, " / ", operand.rows.repeat, ")");
  };
  // Of the first operand, where its columns begin in a strip, and how many.
  std::string there = "0";
  std::string in_columns = absl::StrCat(call.operands[0].columns.size);
  for (const RowOperand& operand : call.operands) {
    const std::optional<size_t> maker = schedule.MakerOf(*operand.value);
    const bool window = maker && !text.windows[*maker].empty();
    std::string& arg = args[operand.arg];
    const TensorType& type = operand.value->type();
    if (window) {
      arg = absl::StrCat("(", types[operand.arg], ")tc_window_at(&",
                         text.windows[*maker], ", ", first_of(operand), ", ",
                         text.made, "[", *maker, "])");
    } else {
      arg = absl::StrCat(Typed(arg, types[operand.arg], type),
                         Offset(operand.row_bytes, type, first_of(operand)));
    }
    if (!strips) continue;
    if (&operand == &call.operands[0] && window) {
      there = text.FirstColumn(*maker);
      in_columns = text.Columns(*maker);
    }
    // A kernel without a left border takes the columns that it needs.
    if (call.has_left_pad()) continue;
    absl::StrAppend(
        &arg, Offset(operand.column_bytes(), type,
                     window ? absl::StrCat("(", text.FirstComputed(n), " - ",
                                           text.FirstColumn(*maker), ")")
                            : text.FirstComputed(n)));
  }
  std::string& out = args[call.result_arg];
  out = RowOfResult(text, n, types[call.result_arg],
                    Typed(out, types[call.result_arg], call.result->type()));

  std::vector<std::string> values;
  for (const RowField& field : fields) {
    const RowReach& reach = call.operands[0].columns;
    switch (field.kind) {
      case RowField::Kind::kRows:
        values.push_back(absl::StrCat(x, ".count"));
        break;
      case RowField::Kind::kPad:
        values.push_back(absl::StrCat(x, ".pad"));
        break;
      case RowField::Kind::kFirst:
      case RowField::Kind::kLast: {
        const bool last = field.kind == RowField::Kind::kLast;
        values.push_back(absl::StrCat(
            strips ? absl::StrCat(text.strip, " == ",
                                  last ? schedule.strips() - 1 : 0, " && ")
                   : "",
            text.row, " == ", last != schedule.upwards ? call.rows - 1 : 0));
        break;
      }
      case RowField::Kind::kInColumns:
        values.push_back(in_columns);
        break;
      case RowField::Kind::kLeftPad:
        values.push_back(absl::StrCat(there, " + ", reach.pad, " - ",
                                      reach.stride, " * ",
                                      text.FirstComputed(n)));
        break;
      case RowField::Kind::kOutColumns:
        values.push_back(absl::StrCat(
            field.scale == 1 ? "" : absl::StrCat(field.scale, " * "),
            text.Computed(n)));
        break;
    }
  }
  step.args.insert(step.args.begin(), values.begin(), values.end());
  for (size_t i = 0; i < args.size(); ++i) {
    if (call.lowered->call.args[i].kind != KernelArg::Kind::kNull) {
      step.args.push_back(args[i]);
    }
  }
  program_.steps.push_back(std::move(step));
  const int64_t left = schedule.SeamRowBytes(n);
  if (left > 0) {
    AddLine(CStep::Kind::kLine,
            absl::StrCat("tc_window_leave(&", text.windows[n], ", ", text.row,
                         ", ", text.left, ", ", left, ");"));
  }
  return absl::OkStatus();
}

absl::Status ProgramBuilder::AddStream(const Frame& frame,
                                       const Stream& stream) {
  const std::optional<RowSchedule> schedule =
      ScheduleRows(frame.module, stream);
  if (!schedule) return Internal("the stream does not run by rows");
  if (std::count(program_.headers.begin(), program_.headers.end(),
                 "tc_rows.h") == 0) {
    program_.headers.push_back("tc_rows.h");
  }
  for (size_t n = 0; options_.poison && n < stream.nodes.size(); ++n) {
    UnpoisonResults(
        frame, *stream.nodes[n],
        schedule->window[n] == 0
            ? -1
            : schedule->WindowBytes(
                  n, frame.module.plan->values.at(schedule->calls[n].result)
                         .rows));
  }
  StreamText text;
  text.stream = &stream;
  text.schedule = &*schedule;
  text.row = LocalName("row");
  text.windows.resize(schedule->calls.size());
  if (schedule->calls.size() > 1) return AddLayers(frame, std::move(text));
  const int64_t last = schedule->calls[0].rows - 1;
  program_.steps.push_back(
      {CStep::Kind::kBegin,
       OriginNames(*stream.nodes[0]),
       stream.upwards
           ? absl::StrCat("for (int32_t ", text.row, " = ", last, "; ",
                          text.row, " >= 0; --", text.row, ") {")
           : absl::StrCat("for (int32_t ", text.row, " = 0; ", text.row,
                          " <= ", last, "; ++", text.row, ") {"),
       {}});
  TINYC_RETURN_IF_ERROR(AddRow(frame, text, 0));
  AddLine(CStep::Kind::kEnd, "}");
  return absl::OkStatus();
}

absl::Status ProgramBuilder::AddWindows(const Frame& frame, StreamText& text) {
  for (size_t n = 0; n < text.windows.size(); ++n) {
    const RowCall& call = text.schedule->calls[n];
    const auto place = frame.module.plan->values.find(call.result);
    if (place == frame.module.plan->values.end() || place->second.rows == 0) {
      continue;
    }
    text.windows[n] = LocalName("window");
    TINYC_ASSIGN_OR_RETURN(const CPointer pointer,
                           PointerTo(frame, *call.result));
    const std::string row_bytes =
        text.strip.empty()
            ? absl::StrCat(call.row_bytes)
            : absl::StrCat(call.column_bytes(), " * ", text.Columns(n));
    AddLine(CStep::Kind::kLine,
            absl::StrCat("const tc_window ", text.windows[n], " = {",
                         PointerText(pointer, "void *"), ", ",
                         place->second.rows, ", ", row_bytes, ", ",
                         text.stream->upwards ? call.rows - 1 : -1, "};"));
    if (text.schedule->SeamRowBytes(n) == 0) continue;
    text.left = LocalName("left");
    AddLine(CStep::Kind::kLine,
            absl::StrCat("uint8_t *const ", text.left, " = (uint8_t *)",
                         text.windows[n], ".bytes + ",
                         place->second.rows * text.schedule->WindowRowBytes(n),
                         ";"));
  }
  return absl::OkStatus();
}

absl::Status ProgramBuilder::AddLayers(const Frame& frame, StreamText text) {
  const RowSchedule& schedule = *text.schedule;
  const size_t layers = schedule.calls.size();
  const int64_t turns =
      static_cast<int64_t>(schedule.steps.size()) / schedule.strips();
  Tensor order(TensorType(DType::kU8, {turns}));
  for (int64_t i = 0; i < turns; ++i) {
    order.SetInt(
        i, static_cast<int64_t>(schedule.steps[static_cast<size_t>(i)].node));
  }
  const std::string stem = NodeStem(*text.stream->nodes[0]);
  const std::string table =
      ArrayOf(std::make_shared<const Tensor>(std::move(order)),
              absl::StrCat(stem, "_turns"));
  text.made = LocalName("made");
  if (schedule.strips() > 1) {
    const int64_t width = 2 * static_cast<int64_t>(layers);
    Tensor columns(TensorType(DType::kS16, {schedule.strips(), width}));
    int64_t at = 0;
    for (const std::vector<RowRange>& strip : schedule.columns) {
      for (const RowRange& range : strip) {
        columns.SetInt(at++, range.first);
        columns.SetInt(at++, range.size());
      }
    }
    const std::string all =
        ArrayOf(std::make_shared<const Tensor>(std::move(columns)),
                absl::StrCat(stem, "_columns"));
    text.strip = LocalName("strip");
    text.columns = LocalName("columns");
    AddLine(CStep::Kind::kBegin,
            absl::StrCat("for (int32_t ", text.strip, " = 0; ", text.strip,
                         " < ", schedule.strips(), "; ++", text.strip, ") {"));
    AddLine(CStep::Kind::kLine,
            absl::StrCat("const int16_t *const ", text.columns, " = ", all,
                         " + ", width, " * ", text.strip, ";"));
    if (schedule.seam) {
      text.seam = LocalName("seam");
      AddLine(CStep::Kind::kLine,
              absl::StrCat("const int32_t ", text.seam, " = ", text.strip,
                           " > 0 ? ", schedule.seam_columns, " : 0;"));
    }
  } else {
    AddLine(CStep::Kind::kBegin, "{");
  }
  TINYC_RETURN_IF_ERROR(AddWindows(frame, text));
  const std::string i = LocalName("i");
  const std::string layer = LocalName("layer");
  std::string zeros = "0";
  for (size_t n = 1; n < layers; ++n) zeros += ", 0";
  AddLine(CStep::Kind::kLine, absl::StrCat("int32_t ", text.made, "[", layers,
                                           "] = {", zeros, "};"));
  AddLine(CStep::Kind::kBegin, absl::StrCat("for (int32_t ", i, " = 0; ", i,
                                            " < ", turns, "; ++", i, ") {"));
  AddLine(CStep::Kind::kLine,
          absl::StrCat("const int32_t ", layer, " = ", table, "[", i, "];"));
  AddLine(CStep::Kind::kBegin, absl::StrCat("switch (", layer, ") {"));
  for (size_t n = 0; n < layers; ++n) {
    AddLine(CStep::Kind::kBegin, absl::StrCat("case ", n, ": {"));
    const std::string from_last =
        text.stream->upwards ? absl::StrCat(schedule.calls[n].rows - 1, " - ")
                             : "";
    AddLine(CStep::Kind::kLine,
            absl::StrCat("const int32_t ", text.row, " = ", from_last,
                         text.made, "[", n, "];"));
    TINYC_RETURN_IF_ERROR(AddRow(frame, text, n));
    ShowRow(frame, text, n);
    AddLine(CStep::Kind::kLine, "break;");
    AddLine(CStep::Kind::kEnd, "}");
  }
  AddLine(CStep::Kind::kEnd, "}");
  AddLine(CStep::Kind::kLine, absl::StrCat("++", text.made, "[", layer, "];"));
  AddLine(CStep::Kind::kEnd, "}");
  AddLine(CStep::Kind::kEnd, "}");
  return absl::OkStatus();
}

}  // namespace tinyc
