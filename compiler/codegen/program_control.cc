// SPDX-License-Identifier: Apache-2.0
// Nodes with regions in C: an `if` or `for` around the steps of their bodies.
//
//   /* onnx "loop" */
//   memcpy(y, x0, 16);                        carried value = its first one
//   for (int32_t i = 0; i < 5; ++i) {
//     const float *const row = x + 3 * i;     scanned operand
//     add_f32_1(y, row, (float *)(arena + 32));
//     memcpy(y, arena + 32, 16);              carried value = its next one
//   }
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/program_builder.h"
#include "compiler/lowering/control.h"

namespace tinyc {

std::string ProgramBuilder::LocalName(absl::string_view wanted) {
  std::string name;
  do {
    name = params_.Unique(FileScopeName(wanted));
  } while (file_names_.Has(name));
  file_names_.Reserve(name);
  return name;
}

void ProgramBuilder::AddLine(CStep::Kind kind, std::string text) {
  program_.steps.push_back({kind, "", std::move(text), {}});
}

void ProgramBuilder::AddCopy(const Node& node, const CPointer& to,
                             const CPointer& from, int64_t bytes) {
  if (bytes == 0) return;
  const std::string source =
      Text(from, "const void *", absl::StrCat(NodeStem(node), "_start"));
  program_.steps.push_back(
      {CStep::Kind::kCall,
       "",
       "memcpy",
       {PointerText(to, "void *"), source, absl::StrCat(bytes)}});
}

absl::StatusOr<std::vector<CPointer>> ProgramBuilder::PointersTo(
    const Frame& frame, absl::Span<Value* const> values) {
  std::vector<CPointer> pointers;
  for (const Value* value : values) {
    pointers.emplace_back();
    if (value == nullptr) continue;
    TINYC_ASSIGN_OR_RETURN(pointers.back(), PointerTo(frame, *value));
  }
  return pointers;
}

absl::Status ProgramBuilder::AddBody(const Frame& frame, const Node& node,
                                     const Graph& region, int64_t arena,
                                     std::vector<CPointer> inputs,
                                     std::vector<CPointer> outputs) {
  // A body without an arena mentions none.
  const int64_t at = arena < 0 ? 0 : ScratchOf(frame, node, arena).offset;
  return AddNodes({*frame.module.bodies.at(&region), at, std::move(inputs),
                   std::move(outputs)});
}

absl::Status ProgramBuilder::AddIf(const Frame& frame, const Node& node) {
  TINYC_ASSIGN_OR_RETURN(std::vector<CPointer> in,
                         PointersTo(frame, node.inputs()));
  TINYC_ASSIGN_OR_RETURN(const std::vector<CPointer> out,
                         PointersTo(frame, node.outputs()));
  const int64_t arena = LayOutControl(frame.module, node).arena;
  const std::string cond =
      Text(in[0], "const uint8_t *", absl::StrCat(NodeStem(node), "_cond"));
  in.erase(in.begin());
  program_.steps.push_back({CStep::Kind::kBegin,
                            OriginNames(node),
                            absl::StrCat("if (*", cond, " != 0) {"),
                            {}});
  TINYC_RETURN_IF_ERROR(
      AddBody(frame, node, *node.regions()[0], arena, in, out));
  AddLine(CStep::Kind::kElse, "} else {");
  TINYC_RETURN_IF_ERROR(
      AddBody(frame, node, *node.regions()[1], arena, in, out));
  AddLine(CStep::Kind::kEnd, "}");
  return absl::OkStatus();
}

CPointer ProgramBuilder::AddSlice(const CPointer& whole,
                                  const TensorType& slice,
                                  const std::string& index,
                                  const std::string& wanted) {
  if (slice.bytes() == 0) return whole;
  const bool read_only =
      whole.kind == CPointer::Kind::kConstant ||
      (whole.kind == CPointer::Kind::kNamed && whole.is_const);
  const std::string type =
      absl::StrCat(read_only ? "const " : "", CTypeOf(slice.dtype), " *");
  const std::string name = LocalName(wanted);
  AddLine(CStep::Kind::kLine,
          absl::StrCat(type, "const ", name, " = ",
                       Text(whole, type, absl::StrCat(name, "_slices")), " + ",
                       CCountOf(slice), " * ", index, ";"));
  return {.kind = CPointer::Kind::kNamed,
          .name = name,
          .dtype = slice.dtype,
          .is_const = read_only};
}

absl::Status ProgramBuilder::AddLoop(const Frame& frame, const Node& node,
                                     const Loop& loop) {
  TINYC_ASSIGN_OR_RETURN(std::vector<CPointer> in,
                         PointersTo(frame, node.inputs()));
  TINYC_ASSIGN_OR_RETURN(const std::vector<CPointer> out,
                         PointersTo(frame, node.outputs()));
  const Graph& region = *node.regions()[0];
  const ControlScratch scratch = LayOutControl(frame.module, node);
  const size_t carried = static_cast<size_t>(loop.carried);
  const std::string stem = NodeStem(node);

  // Slices need a limit that an array can have.
  const bool small =
      loop.trips >= 0 && loop.trips <= std::numeric_limits<int32_t>::max();
  if (loop.exact(region) && !small) {
    return Unimplemented("the loop has too many iterations");
  }
  const std::string type = small ? "int32_t" : "int64_t";
  const std::string i = LocalName("i");
  std::string limit = loop.trips < 0 ? std::string("INT64_MAX")
                      : small        ? absl::StrCat(loop.trips)
                              : absl::StrCat("INT64_C(", loop.trips, ")");
  const size_t first_step = program_.steps.size();
  const bool may_end_early = loop.asks || node.input(1) != nullptr;
  const bool counts = may_end_early && loop.exact(region);
  if (counts) {
    AddLine(CStep::Kind::kLine, absl::StrCat(type, " ", i, " = 0;"));
  }
  if (node.input(0) != nullptr) {
    const std::string n = LocalName("n");
    const std::string trips =
        Text(in[0], "const int64_t *", absl::StrCat(stem, "_trips"));
    AddLine(CStep::Kind::kLine,
            absl::StrCat("const int64_t ", n, " = *", trips, ";"));
    if (loop.exact(region)) {
      AddLine(CStep::Kind::kLine,
              absl::StrCat("if (", loop.trips == 0 ? "" : n + " != ",
                           loop.trips == 0 ? n + " > 0" : limit,
                           ") return TC_ETRIPS;"));
    } else if (loop.trips >= 0) {
      return Unimplemented("a loop with two limits");
    } else {
      limit = n;
    }
  }
  std::string go;
  if (may_end_early) {
    go = LocalName("go");
    const std::string first =
        node.input(1) == nullptr ? std::string("1")
                                 : absl::StrCat("*",
                                                Text(in[1], "const uint8_t *",
                                                     absl::StrCat(stem, "_go")),
                                                " != 0");
    AddLine(CStep::Kind::kLine, absl::StrCat("int ", go, " = ", first, ";"));
  }

  in.resize(std::max(in.size(), node.op().min_operands()));
  std::vector<CPointer> body_in(in.begin() + 1, in.end());
  std::vector<CPointer> body_out;
  if (scratch.iteration >= 0) {
    body_in[0] = ScratchOf(frame, node, scratch.iteration);
  }
  if (loop.asks) body_out.push_back(ScratchOf(frame, node, scratch.go));
  for (size_t c = 0; c < carried; ++c) {
    AddCopy(node, out[c], in[loop.first_carried() + c],
            node.output(c)->type().bytes());
    body_in[loop.first_carried() + c - 1] = out[c];
    body_out.push_back(
        scratch.next[c] < 0 ? out[c] : ScratchOf(frame, node, scratch.next[c]));
  }
  body_out.insert(body_out.end(), out.begin() + loop.carried, out.end());

  AddLine(CStep::Kind::kBegin,
          absl::StrCat(
              "for (", counts ? "" : absl::StrCat(type, " ", i, " = 0"), "; ",
              go, go.empty() ? "" : " && ", i, " < ", limit, "; ++", i, ") {"));
  program_.steps[first_step].origin = OriginNames(node);
  if (scratch.iteration >= 0) {
    AddLine(
        CStep::Kind::kLine,
        absl::StrCat("*", PointerText(body_in[0], "int64_t *"), " = ", i, ";"));
  }
  const auto index = [&](size_t operand) {
    return loop.SliceAt(operand, 0) == 0 && loop.SliceAt(operand, 1) == 1
               ? i
               : absl::StrCat("(", loop.trips - 1, " - ", i, ")");
  };
  for (size_t s = 0; s < static_cast<size_t>(loop.scanned); ++s) {
    const size_t at = loop.first_scanned() + s - 1;
    const Value& slice = *region.inputs()[at];
    if (slice.uses().empty()) continue;
    body_in[at] = AddSlice(body_in[at], slice.type(), index(s), slice.name());
  }
  for (size_t r = carried; r < out.size(); ++r) {
    const size_t at = loop.region_result(r);
    const Value& piece = *region.outputs()[at];
    const size_t operand = static_cast<size_t>(loop.scanned) + r - carried;
    body_out[at] =
        AddSlice(body_out[at], piece.type(), index(operand), piece.name());
  }
  TINYC_RETURN_IF_ERROR(
      AddBody(frame, node, region, scratch.arena, body_in, body_out));
  for (size_t c = 0; c < carried; ++c) {
    AddCopy(node, out[c], body_out[loop.region_result(c)],
            node.output(c)->type().bytes());
  }
  if (loop.asks) {
    AddLine(CStep::Kind::kLine,
            absl::StrCat(go, " = *", PointerText(body_out[0], "uint8_t *"),
                         " != 0;"));
  }
  AddLine(CStep::Kind::kEnd, "}");
  if (counts) {
    AddLine(CStep::Kind::kLine,
            absl::StrCat("if (", i, " != ", loop.trips, ") return TC_ETRIPS;"));
  }
  return absl::OkStatus();
}

}  // namespace tinyc
