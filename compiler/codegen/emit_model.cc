// SPDX-License-Identifier: Apache-2.0
// <stem>.c: the kernels, the constants, a function per kernel and shape, and
// the list of calls that is the model.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/codegen.h"
#include "compiler/codegen/kernel_text.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"

namespace tinyc {
namespace {

std::string Bodies(const CProgram& program) {
  CWriter w;
  for (const CBody& body : program.bodies) {
    w.Line();
    w.Comment(absl::StrCat(
        body.row_fields.empty() ? "" : "One row at a time of ", body.summary,
        ".", body.users.empty() ? "" : "  Used by ",
        absl::StrJoin(body.users, "; "), body.users.empty() ? "" : "."));
    std::vector<std::string> params;
    std::vector<std::string> args = {"&s"};
    std::vector<BlockField> shape = body.shape.fields();
    for (const ShapeParam& param : body.shape_params) {
      params.push_back(absl::StrCat("int32_t ", param.name));
      for (const auto& [field, index] : param.elements) {
        shape[field].values[index] = param.name;
      }
    }
    for (const RowField& row : body.row_fields) {
      params.push_back(absl::StrCat("int32_t ", RowParam(row)));
      for (BlockField& field : shape) {
        if (field.name == row.name) field.values[row.index] = RowParam(row);
      }
    }
    if (!body.quant_type.empty()) {
      params.push_back(absl::StrCat("const ", body.quant_type, " *q"));
      args.push_back("q");
    }
    for (size_t i = 0; i < body.param_names.size(); ++i) {
      params.push_back(absl::StrCat(body.param_types[i], body.param_names[i]));
    }
    args.insert(args.end(), body.args.begin(), body.args.end());
    w.Function(absl::StrCat("TC_NOINLINE static void ", body.name), params);
    const bool constant = body.row_fields.empty() && body.shape_params.empty();
    w.Initialiser(constant ? "static const" : "const", body.shape.type(), "s",
                  shape);
    w.Call(body.kernel->symbol, args);
    w.End();
  }
  return w.text();
}

std::string Arena(const Module& module, const CProgram& program) {
  if (program.caller_arena || module.plan->arena_bytes == 0) return "";
  CWriter w;
  w.Line();
  if (!program.shared_arena.empty()) {
    w.Comment("The values between the layers of all models that share it.");
    w.Line(absl::StrCat("extern uint64_t ", program.shared_arena, "[];"));
    return w.text();
  }
  const auto array = [&](const std::string& size, const std::string& name) {
    if (program.arena_align > 8) {
      w.Line("#if defined(__GNUC__)");
      w.Line(
          absl::StrCat("__attribute__((aligned(", program.arena_align, ")))"));
      w.Line("#endif");
    }
    w.Line("static union {");
    w.Line(absl::StrCat("  uint8_t bytes[", size, "];"));
    w.Line("  uint64_t align;");
    w.Line(absl::StrCat("} ", name, ";"));
  };
  if (program.parts.empty()) {
    w.Comment("The values between the layers.");
    array(program.macros + "_ARENA_SIZE", program.prefix + "_arena");
  }
  for (const CPart& part : program.parts) {
    if (&part != &program.parts[0]) w.Line();
    w.Comment(absl::StrCat("The values between the layers that are meant for ",
                           part.part.name, ".  Define ", part.macro,
                           " as what puts a variable there: "
                           "__attribute__((section(\".",
                           part.part.name, "\")))."));
    w.Line(absl::StrCat("#if !defined(", part.macro, ")"));
    w.Line(absl::StrCat("#define ", part.macro));
    w.Line("#endif");
    array(part.macro + "_SIZE", absl::StrCat(part.name, " ", part.macro));
  }
  return w.text();
}

// The first byte of the arena, in a function that has the parameter `workspace`
// when the arena is the caller's.
std::string ArenaText(const CProgram& program) {
  if (program.caller_arena) return "(uint8_t *)workspace";
  if (!program.shared_arena.empty()) {
    return absl::StrCat("(uint8_t *)", program.shared_arena);
  }
  return absl::StrCat(program.prefix, "_arena.bytes");
}

// Whether a carried value is copied.
bool NeedsMemcpy(const CProgram& program) {
  return std::any_of(program.steps.begin(), program.steps.end(),
                     [](const CStep& step) { return step.text == "memcpy"; });
}

// Whether `text` has the variable `name`.
bool Names(absl::string_view text, absl::string_view name) {
  const auto in_name = [&](size_t i) {
    return i < text.size() && (absl::ascii_isalnum(text[i]) || text[i] == '_');
  };
  for (size_t at = text.find(name); at != text.npos;
       at = text.find(name, at + 1)) {
    if (!in_name(at - 1) && !in_name(at + name.size())) return true;
  }
  return false;
}

// Whether a step has the variable `name`.
bool Uses(const CProgram& program, absl::string_view name) {
  const auto names = [&](const std::string& text) { return Names(text, name); };
  return std::any_of(
      program.steps.begin(), program.steps.end(), [&](const CStep& step) {
        return names(step.text) ||
               std::any_of(step.args.begin(), step.args.end(), names);
      });
}

// Whether a literal of the model is a macro of <math.h>.
bool NeedsMath(const CProgram& program, absl::string_view text) {
  for (const CStruct& quant : program.quants) {
    for (const BlockField& field : quant.block.fields()) {
      for (const std::string& value : field.values) {
        if (absl::string_view(value).find("INFINITY") != std::string::npos ||
            absl::string_view(value).find("NAN") != std::string::npos) {
          return true;
        }
      }
    }
  }
  return text.find("INFINITY") != text.npos || text.find("NAN") != text.npos;
}

}  // namespace

bool ReadsRows(const CProgram& program) {
  return std::any_of(
      program.inputs.begin(), program.inputs.end(),
      [](const CTensor& input) { return input.read_by != nullptr; });
}

std::vector<std::string> ArenaChecks(const Module& module,
                                     const CProgram& program,
                                     absl::string_view arena) {
  if (!program.caller_arena) return {};
  if (module.plan->arena_bytes == 0)
    return {absl::StrCat("(void)", arena, ";")};
  return {absl::StrCat("if (", arena, " == NULL) return TC_EINVAL;"),
          absl::StrCat("if ((uintptr_t)", arena, " % ", program.arena_align,
                       "u != 0) return TC_EALIGN;")};
}

std::string Accessors(const Module& module, const CProgram& program) {
  if (!program.io_in_arena) return "";
  CWriter w;
  for (const std::vector<CTensor>* tensors :
       {&program.inputs, &program.outputs}) {
    for (const CTensor& t : *tensors) {
      if (t.read_by != nullptr) continue;
      w.Line();
      const std::string type =
          absl::StrCat(CTypeOf(t.value->type().dtype), " *");
      w.Function(absl::StrCat(type, t.accessor),
                 {program.caller_arena ? "void *workspace" : "void"});
      if (module.plan->arena_bytes == 0) {
        if (program.caller_arena) w.Line("(void)workspace;");
        w.Line("return NULL;");
      } else {
        w.Line(absl::StrCat("return (", type, ")(", ArenaText(program), " + ",
                            t.offset_macro, ");"));
      }
      w.End();
    }
  }
  return w.text();
}

std::string RunBody(const Module& module, const CProgram& program) {
  CWriter w;
  w.Indent();
  for (const CPart& part : program.parts) {
    if (!Uses(program, part.variable)) continue;
    w.Line(absl::StrCat("uint8_t *const ", part.variable, " = ", part.name,
                        ".bytes;"));
  }
  if (Uses(program, "arena")) {
    // Without an arena it is for values without bytes.
    w.Line(absl::StrCat(
        "uint8_t *const arena = ",
        program.parts.empty() &&
                (module.plan->arena_bytes > 0 || program.caller_arena)
            ? ArenaText(program)
            : std::string("NULL"),
        ";"));
  }
  for (const std::string& line : ArenaChecks(module, program, "workspace")) {
    w.Line(line);
  }
  for (const std::vector<CTensor>* tensors :
       {&program.inputs, &program.outputs}) {
    for (const CTensor& t : *tensors) {
      if (t.read_by != nullptr) {
        w.Line(absl::StrCat("if (", t.reader, " == NULL) return TC_EINVAL;"));
      }
      if (program.io_in_arena || t.read_by != nullptr) continue;
      w.Line(CCountOf(t.value->type()) > 0
                 ? absl::StrCat("if (", t.name, " == NULL) return TC_EINVAL;")
                 : absl::StrCat("(void)", t.name, ";"));
    }
  }
  w.Line();
  std::string origin;
  for (const CStep& step : program.steps) {
    if (step.origin != origin && !step.origin.empty()) {
      w.Comment(absl::StrCat("onnx ", step.origin));
    }
    origin = step.origin;
    if (step.kind == CStep::Kind::kElse || step.kind == CStep::Kind::kEnd) {
      w.Outdent();
    }
    if (step.kind == CStep::Kind::kCall) {
      w.Call(step.text, step.args);
    } else {
      w.Line(step.text);
    }
    if (step.kind == CStep::Kind::kBegin || step.kind == CStep::Kind::kElse) {
      w.Indent();
    }
  }
  w.Line("return 0;");
  return w.text();
}

absl::StatusOr<std::vector<OutputFile>> EmitC(const Module& module,
                                              const EmitOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CProgram program, BuildProgram(module, options));
  const std::string data = ModelData(program);
  std::set<std::string> includes = {"<stddef.h>", "<stdint.h>"};
  if (NeedsMath(program, data)) includes.insert("<math.h>");
  if (NeedsMemcpy(program) || program.io_in_arena || !program.dead.empty() ||
      ReadsRows(program)) {
    includes.insert("<string.h>");
  }

  CWriter head;
  head.Line("/* SPDX-License-Identifier: Apache-2.0 */");
  head.Comment(absl::StrCat("The model `", CommentText(module.name),
                            "`, compiled by tinyc for ", module.target->name,
                            ".  ", program.stem, ".h describes its use."));
  std::vector<OutputFile> files(2);
  std::string kernels;
  if (options.split) {
    TINYC_ASSIGN_OR_RETURN(KernelFiles split,
                           SplitKernels(program.kernels, program.headers));
    kernels = split.declarations;
    files.insert(files.end(), split.files.begin(), split.files.end());
  } else {
    TINYC_ASSIGN_OR_RETURN(KernelText inlined,
                           InlineKernels(program.kernels, program.headers));
    includes.insert(inlined.system_includes.begin(),
                    inlined.system_includes.end());
    kernels = absl::StrCat("#define TC_MODEL\n\n", inlined.text);
  }
  CWriter run;
  run.Line();
  run.Function(absl::StrCat("int ", program.prefix, "_run"),
               RunParams(program, "workspace"));
  run.Outdent();

  std::string text =
      absl::StrCat(head.text(), "#include \"", program.stem, ".h\"\n\n");
  for (const std::string& include : includes) {
    absl::StrAppend(&text, "#include ", include, "\n");
  }
  absl::StrAppend(&text, "\n", kernels, "/* ---- constants ---- */\n", data,
                  "\n/* ---- one function per kernel and shape ---- */\n",
                  Bodies(program), "\n/* ---- the model ---- */\n",
                  Arena(module, program), PoisonFunctions(program),
                  SelfTestHook(program), Accessors(module, program), run.text(),
                  RunBody(module, program), "}\n\n",
                  ModelDescription(module, program));
  files[0] = {absl::StrCat(program.stem, ".c"), std::move(text)};
  files[1] = {absl::StrCat(program.stem, ".h"), ModelHeader(module, program)};
  return files;
}

absl::StatusOr<std::string> EmitCalls(const Module& module,
                                      const EmitOptions& options) {
  TINYC_ASSIGN_OR_RETURN(const CProgram program, BuildProgram(module, options));
  return RunBody(module, program);
}

}  // namespace tinyc
