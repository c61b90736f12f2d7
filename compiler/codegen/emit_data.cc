// SPDX-License-Identifier: Apache-2.0
// The constants of a model, and the model as data.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"

namespace tinyc {
namespace {

std::string DimsName(const CProgram& program, const CTensor& tensor) {
  return absl::StrCat(program.prefix, "_", tensor.name, "_dims");
}

void WriteDims(CWriter& w, const CProgram& program, const CTensor& tensor) {
  const Shape& shape = tensor.value->type().shape;
  if (shape.empty()) return;
  w.Line(absl::StrCat("static const int32_t ", DimsName(program, tensor), "[",
                      shape.size(), "] = {", absl::StrJoin(shape, ", "), "};"));
}

// The tc_tensor of each, in one array.
void WriteTensors(CWriter& w, const CProgram& program, absl::string_view suffix,
                  const std::vector<CTensor>& tensors) {
  if (tensors.empty()) return;
  for (const CTensor& t : tensors) WriteDims(w, program, t);
  w.Line(absl::StrCat("static const tc_tensor ", program.prefix, "_", suffix,
                      "[", tensors.size(), "] = {"));
  for (const CTensor& t : tensors) {
    const TensorType& type = t.value->type();
    const bool quantized = type.quantized() && type.quant->per_tensor();
    w.Line(absl::StrCat("    {/*name*/ ", StringLiteral(t.value->name()),
                        ", /*dtype*/ ", InfoOf(type.dtype).onnx, ", /*rank*/ ",
                        type.rank(), ","));
    w.Line(absl::StrCat(
        "     /*dims*/ ",
        type.shape.empty() ? std::string("NULL") : DimsName(program, t),
        ", /*bytes*/ ", type.bytes(), "u,"));
    w.Line(absl::StrCat(
        "     /*scale*/ ", CLiteral(quantized ? type.quant->scale[0] : 0.0f),
        ", /*zero_point*/ ", quantized ? type.quant->zero_point[0] : 0, "},"));
  }
  w.Line("};");
}

// The functions that hand in rows of a whole buffer; `user` is where the
// pointer to it is.
void WriteReaders(CWriter& w, const CProgram& program) {
  for (const CTensor& t : program.inputs) {
    if (t.read_by == nullptr) continue;
    const std::string type(CTypeOf(t.value->type().dtype));
    w.Function(absl::StrCat("static int ", t.row_of),
               {"void *user", "int32_t row", absl::StrCat(type, " *to")});
    w.Line(absl::StrCat("const ", type, " *const from = (const ", type,
                        " *)*(const void **)user;"));
    if (t.row_body.empty()) {
      const int64_t bytes =
          t.row_elements() * (InfoOf(t.value->type().dtype).bits / 8);
      w.Call("memcpy",
             {"to", absl::StrCat("from + ", t.row_elements(), " * row"),
              absl::StrCat(bytes)});
    } else {
      const int64_t width = t.read_by->output()->type().shape[2];
      w.Call(t.row_body, {absl::StrCat("from + ", width, " * row"), "to"});
    }
    w.Line("return 0;");
    w.End();
    w.Line();
  }
}

// The arguments for an input that is handed in row by row.
void AppendReader(const CTensor& t, std::vector<std::string>& args) {
  args.push_back(t.row_of);
  args.push_back(absl::StrCat("&", t.user));
}

// The elements of an array `inputs` of untyped pointers as typed ones; of those
// that are handed in row by row, who does.
void AppendCasts(absl::string_view array, const std::vector<CTensor>& tensors,
                 absl::string_view qualifier, std::vector<std::string>& args) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].read_by != nullptr) {
      AppendReader(tensors[i], args);
      continue;
    }
    args.push_back(absl::StrCat("(", qualifier,
                                CTypeOf(tensors[i].value->type().dtype), " *)",
                                array, "[", i, "]"));
  }
}

// `if (inputs == NULL || inputs[0] == NULL) return TC_EINVAL;`, where
// `elements` says to look at the pointers too; else <prefix>_run does, but for
// those of inputs that it has no pointers to.
void CheckPointers(CWriter& w, absl::string_view array,
                   const std::vector<CTensor>& tensors, bool elements) {
  if (tensors.empty()) {
    w.Line(absl::StrCat("(void)", array, ";"));
    return;
  }
  w.Line(absl::StrCat("if (", array, " == NULL) return TC_EINVAL;"));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!elements && tensors[i].read_by == nullptr) continue;
    if (CCountOf(tensors[i].value->type()) == 0) continue;
    w.Line(absl::StrCat("if (", array, "[", i, "] == NULL) return TC_EINVAL;"));
  }
}

// Runs a model whose inputs and outputs lie in the arena on buffers that may
// lie elsewhere.
void WriteCopyingRun(CWriter& w, const CProgram& program) {
  const std::string arena = program.caller_arena ? "arena" : "";
  const auto copy = [&](const CTensor& t, const std::string& buffer, bool out) {
    const int64_t bytes = t.value->type().bytes();
    if (bytes == 0 || t.read_by != nullptr) return;
    const std::string place = absl::StrCat(t.accessor, "(", arena, ")");
    w.Line(absl::StrCat("if (", buffer, " != ", place, ") {"));
    w.Indent();
    w.Call("memcpy",
           {out ? buffer : place, out ? place : buffer, absl::StrCat(bytes)});
    w.End();
  };
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    copy(program.inputs[i], absl::StrCat("inputs[", i, "]"), false);
  }
  std::vector<std::string> args;
  if (program.caller_arena) args.push_back(arena);
  for (const CTensor& t : program.inputs) {
    if (t.read_by != nullptr) AppendReader(t, args);
  }
  w.Call(absl::StrCat("code = ", program.prefix, "_run"), args);
  w.Line("if (code != 0) return code;");
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    copy(program.outputs[i], absl::StrCat("outputs[", i, "]"), true);
  }
  w.Line("return 0;");
}

void WriteRunModel(CWriter& w, const Module& module, const CProgram& program) {
  WriteReaders(w, program);
  w.Function(
      absl::StrCat("static int ", program.prefix, "_run_model"),
      {"void *arena", "const void *const *inputs", "void *const *outputs"});
  if (program.io_in_arena) w.Line("int code;");
  if (!program.caller_arena) {
    w.Line("(void)arena;");
  } else if (program.io_in_arena) {
    for (const std::string& line : ArenaChecks(module, program, "arena")) {
      w.Line(line);
    }
  }
  CheckPointers(w, "inputs", program.inputs, program.io_in_arena);
  CheckPointers(w, "outputs", program.outputs, program.io_in_arena);
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    if (program.inputs[i].read_by == nullptr) continue;
    w.Line(absl::StrCat("const void *", program.inputs[i].user, " = inputs[", i,
                        "];"));
  }
  if (program.io_in_arena) {
    WriteCopyingRun(w, program);
  } else {
    std::vector<std::string> args;
    if (program.caller_arena) args.push_back("arena");
    AppendCasts("inputs", program.inputs, "const ", args);
    AppendCasts("outputs", program.outputs, "", args);
    w.Call(absl::StrCat("return ", program.prefix, "_run"), args);
  }
  w.End();
}

}  // namespace

std::string ModelData(const CProgram& program) {
  CWriter w;
  for (const CCopies& copies : program.copies) {
    w.Line();
    w.Comment(absl::StrCat(
        "The constants that are read most are meant for ", copies.memory,
        ".  Define ", copies.macro,
        " as what puts a constant there: __attribute__((section(\".",
        copies.memory,
        "_weights\"))), which the linker loads from flash and start-up code "
        "copies."));
    w.Line(absl::StrCat("#if !defined(", copies.macro, ")"));
    w.Line(absl::StrCat("#define ", copies.macro));
    w.Line("#endif");
  }
  for (const CArray& array : program.arrays) {
    w.Line();
    const DType dtype = array.tensor->dtype();
    w.Comment(absl::StrCat(
        ToString(TensorType(dtype, array.tensor->shape())),
        InfoOf(dtype).bits < 8 ? ", several in a byte, low bits first" : ""));
    w.Array(array.name, *array.tensor, array.macro);
  }
  for (const CStruct& quant : program.quants) {
    w.Line();
    w.Initialiser(quant.name, quant.block);
  }
  return w.text();
}

std::string ModelDescription(const Module& module, const CProgram& program) {
  CWriter w;
  WriteTensors(w, program, "inputs", program.inputs);
  WriteTensors(w, program, "outputs", program.outputs);
  w.Line();
  WriteRunModel(w, module, program);
  w.Line();
  w.Line(absl::StrCat("const tc_model ", program.prefix, "_model = {"));
  const auto list = [&](absl::string_view name,
                        const std::vector<CTensor>& tensors) {
    return tensors.empty() ? std::string("NULL")
                           : absl::StrCat(program.prefix, "_", name);
  };
  for (const std::string& field : {
           absl::StrCat("/*name*/ ", StringLiteral(module.name)),
           std::string("/*abi*/ 1u"),
           absl::StrCat("/*num_inputs*/ ", program.inputs.size()),
           absl::StrCat("/*num_outputs*/ ", program.outputs.size()),
           absl::StrCat("/*inputs*/ ", list("inputs", program.inputs)),
           absl::StrCat("/*outputs*/ ", list("outputs", program.outputs)),
           absl::StrCat("/*arena_size*/ ", program.macros, "_ARENA_SIZE"),
           absl::StrCat("/*arena_align*/ ", program.arena_align, "u"),
           absl::StrCat("/*run*/ ", program.prefix, "_run_model"),
           std::string("/*reset*/ NULL"),
       }) {
    w.Line(absl::StrCat("    ", field, ","));
  }
  w.Line("};");
  return w.text();
}

}  // namespace tinyc
