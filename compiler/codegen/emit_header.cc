// SPDX-License-Identifier: Apache-2.0
// <stem>.h: the sizes, the run function and the model as data.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/base/text.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"

namespace tinyc {
namespace {

// In every emitted header, so that headers of several models meet in one file.
constexpr absl::string_view kModelTypes =
    R"c(#ifndef TC_MODEL_H_
#define TC_MODEL_H_

#define TC_EINVAL (-1) /* a pointer is NULL */
#define TC_EALIGN (-2) /* the arena is not aligned to arena_align */
#define TC_ETRIPS (-3) /* a loop ran less or more often than its results say */

typedef struct {
  const char *name;
  int32_t dtype; /* number of the type in ONNX's TensorProto.DataType */
  int32_t rank;
  const int32_t *dims; /* in the order of the ONNX model; NULL for rank 0 */
  uint32_t bytes;
  float scale; /* real = scale * (stored - zero_point); 0: not quantized */
  int32_t zero_point;
} tc_tensor;

typedef struct {
  const char *name;
  uint32_t abi; /* 1 */
  int32_t num_inputs, num_outputs;
  const tc_tensor *inputs, *outputs;
  uint32_t arena_size, arena_align; /* bytes */
  /* 0, or a negative TC_E...; arena may be NULL when it is static. */
  int (*run)(void *arena, const void *const *inputs, void *const *outputs);
  void (*reset)(void *arena); /* NULL unless the model keeps state */
} tc_model;

#endif /* TC_MODEL_H_ */
)c";

// "s8 1x49x10x1, scale 0.5847029, zero point 83"
std::string TypeText(const TensorType& type) {
  std::string text = absl::StrCat(
      InfoOf(type.dtype).text, " ",
      type.shape.empty() ? "scalar" : absl::StrJoin(type.shape, "x"));
  if (type.quantized() && type.quant->per_tensor()) {
    absl::StrAppend(&text, ", scale ", FloatText(type.quant->scale[0]),
                    ", zero point ", type.quant->zero_point[0]);
  }
  return text;
}

// Whether a loop may end the run.
bool MayStop(const CProgram& program) {
  return std::any_of(program.steps.begin(), program.steps.end(),
                     [](const CStep& step) {
                       return absl::StrContains(step.text, "TC_ETRIPS");
                     });
}

std::string ParamText(const CTensor& tensor, bool is_const) {
  const TensorType& type = tensor.value->type();
  const std::string head =
      absl::StrCat(is_const ? "const " : "", CTypeOf(type.dtype), " ");
  // An array without elements is no C type.
  return CCountOf(type) == 0
             ? absl::StrCat(head, "*", tensor.name)
             : absl::StrCat(head, tensor.name, "[", tensor.size, "]");
}

// The functions of a model whose inputs and outputs lie in the arena.
void DeclareAccessors(const CProgram& program, CWriter* api) {
  api->Comment(
      "Where inputs and outputs lie in the arena, at their ..._OFFSET.  Write "
      "all inputs, run, read the outputs, in that order: a run writes over "
      "inputs, and an output may lie where inputs do.");
  for (const std::vector<CTensor>* tensors :
       {&program.inputs, &program.outputs}) {
    for (const CTensor& t : *tensors) {
      if (t.read_by != nullptr) continue;
      std::vector<std::string> params;
      if (program.caller_arena) params.push_back("void *arena");
      api->Function(
          absl::StrCat(CTypeOf(t.value->type().dtype), " *", t.accessor),
          params, /*declare=*/true);
    }
  }
  api->Line();
}

// What <stem>_selftest.c defines.
void DeclareSelfTest(const CProgram& program, CWriter* api) {
  api->Comment(absl::StrCat(
      "Of ", program.stem, "_selftest.c, to be compiled with ", program.stem,
      ".c, the latter with TC_SELFTEST defined.  Runs the model once and "
      "compares the result of every layer with the reference.  Returns 0; a "
      "negative TC_E...; or the number of the first layer that differs, from "
      "1 on, and one more than there are layers when only an output does.  "
      "`print` is passed one line at a time, without its end."));
  api->Function(absl::StrCat("int ", program.selftest), SelfTestParams(program),
                /*declare=*/true);
  api->Comment(absl::StrCat("Where ", program.stem, ".c shows it a result."));
  api->Function(absl::StrCat("void ", program.selftest, "_layer"),
                SelfTestHookParams(), /*declare=*/true);
  api->Line();
}

// The function that hands in an input row by row.
void DeclareReader(const CProgram& program, const CTensor& t, CWriter* api) {
  const Shape& shape = t.read_by->output()->type().shape;
  api->Line(absl::StrCat("#define ", t.rows_macro, " ", t.rows(), "u"));
  api->Line(absl::StrCat("#define ", t.row_size, " ", t.row_elements(), "u"));
  api->Line();
  api->Comment(absl::StrCat(
      "Writes row `row` of input `", CommentText(t.value->name()),
      "` to `to`: ", t.row_size, " elements, ",
      absl::StrJoin(absl::MakeConstSpan(shape).subspan(2), "x"),
      ".  Called once for each row, from the first to the last.  Returns 0, or "
      "a code of its own, with which ",
      program.prefix, "_run ends."));
  api->Line(absl::StrCat("typedef int (*", t.reader_type,
                         ")(void *user, int32_t row, ",
                         CTypeOf(t.value->type().dtype), " *to);"));
  api->Line();
}

}  // namespace

std::vector<std::string> RunParams(const CProgram& program,
                                   absl::string_view arena) {
  std::vector<std::string> params;
  if (program.caller_arena) params.push_back(absl::StrCat("void *", arena));
  for (const CTensor& t : program.inputs) {
    if (t.read_by != nullptr) {
      params.push_back(absl::StrCat(t.reader_type, " ", t.reader));
      params.push_back(absl::StrCat("void *", t.user));
    } else if (!program.io_in_arena) {
      params.push_back(ParamText(t, true));
    }
  }
  for (const CTensor& t : program.outputs) {
    if (!program.io_in_arena) params.push_back(ParamText(t, false));
  }
  return params;
}

std::vector<std::string> SelfTestParams(const CProgram& program) {
  std::vector<std::string> params;
  if (program.caller_arena) params.push_back("void *arena");
  params.push_back("void (*print)(const char *line)");
  return params;
}

std::vector<std::string> SelfTestHookParams() {
  return {"int32_t layer", "const void *result", "uint32_t bytes"};
}

std::string ModelHeader(const Module& module, const CProgram& program) {
  const std::string guard =
      absl::StrCat(absl::AsciiStrToUpper(FileScopeName(program.stem)), "_H_");
  CWriter w;
  w.Line("/* SPDX-License-Identifier: Apache-2.0 */");
  w.Comment(absl::StrCat("The model `", CommentText(module.name),
                         "`, compiled by tinyc for ", module.target->name,
                         ".  C99, usable from C++."));
  w.Line(absl::StrCat("#ifndef ", guard));
  w.Line(absl::StrCat("#define ", guard));
  w.Line();
  w.Line("#include <stdint.h>");
  w.Line();
  std::string text = w.text();
  absl::StrAppend(&text, kModelTypes);

  CWriter api;
  api.Line();
  api.Line("#ifdef __cplusplus");
  api.Line("extern \"C\" {");
  api.Line("#endif");
  api.Line();
  api.Comment("Bytes of working memory.");
  api.Line(absl::StrCat("#define ", program.macros, "_ARENA_SIZE ",
                        module.plan->arena_bytes, "u"));
  for (const CPart& part : program.parts) {
    api.Line(
        absl::StrCat("#define ", part.macro, "_SIZE ", part.part.bytes, "u"));
  }
  for (const CCopies& copies : program.copies) {
    api.Line(
        absl::StrCat("#define ", copies.macro, "_SIZE ", copies.bytes, "u"));
  }
  const auto size = [&](absl::string_view role, const CTensor& t) {
    const TensorType& type = t.value->type();
    const bool packed = InfoOf(type.dtype).bits < 8;
    api.Comment(absl::StrCat(packed ? "Bytes" : "Elements", " of ", role, " `",
                             CommentText(t.value->name()),
                             "`: ", TypeText(type), "."));
    api.Line(absl::StrCat("#define ", t.size, " ", CCountOf(type), "u"));
    if (t.read_by != nullptr) DeclareReader(program, t, &api);
    if (!program.io_in_arena || t.read_by != nullptr) return;
    api.Line(absl::StrCat("#define ", t.offset_macro, " ", t.offset, "u"));
  };
  for (const CTensor& t : program.inputs) size("input", t);
  for (const CTensor& t : program.outputs) size("output", t);
  api.Line();
  if (program.io_in_arena) DeclareAccessors(program, &api);
  api.Comment(absl::StrCat(
      "Runs the model once.  Returns 0, or a negative TC_E... without having "
      "run",
      MayStop(program) ? ", except TC_ETRIPS, which leaves outputs undefined"
                       : "",
      ReadsRows(program) ? ", or what a reader returned, which leaves outputs "
                           "undefined"
                         : "",
      program.io_in_arena ? "" : ".  No two buffers overlap",
      program.caller_arena
          ? absl::StrCat(
                "; the arena has ", program.macros,
                "_ARENA_SIZE bytes, aligned to ", program.arena_align,
                program.io_in_arena ? "" : ", and keeps nothing between runs")
      : program.shared_arena.empty()
          ? std::string("; not reentrant: the arena is static")
          : std::string("; not reentrant, and not while a model runs that "
                        "shares the arena; it keeps nothing between runs"),
      "."));
  api.Function(absl::StrCat("int ", program.prefix, "_run"),
               RunParams(program, "arena"), /*declare=*/true);
  api.Line();
  api.Comment("The same model as data.");
  api.Line(absl::StrCat("extern const tc_model ", program.prefix, "_model;"));
  api.Line();
  if (!program.selftest.empty()) DeclareSelfTest(program, &api);
  api.Line("#ifdef __cplusplus");
  api.Line("}");
  api.Line("#endif");
  api.Line();
  api.Line(absl::StrCat("#endif /* ", guard, " */"));
  return text + api.text();
}

}  // namespace tinyc
