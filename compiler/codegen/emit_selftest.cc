// SPDX-License-Identifier: Apache-2.0
// <stem>_selftest.c: an input, what the reference makes of it, and the function
// that compares.
//
// Bits are compared by a CRC-32.  Floats that may differ a little are compared
// by a sum in which about half of the elements count negative, so that errors
// of one sign do show and those of rounding cancel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/base/crc32.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/checked_layers.h"
#include "compiler/codegen/names.h"
#include "compiler/codegen/program.h"
#include "compiler/codegen/selftest.h"
#include "compiler/codegen/selftest_text.h"

namespace tinyc {
namespace {

constexpr size_t kLongestNames = 80;

// A row of the tables of the file.
struct Expected {
  std::string name;
  CheckKind kind = CheckKind::kBits;
  uint32_t crc = 0;
  double sum = 0;
  double magnitude = 0;  // sum of the magnitudes
  int64_t element = 0;   // bytes of a float; 0: bits are compared
  uint32_t count = 0;    // of elements that are in `sum`

  // Adds elements [begin, end) of bytes, as tc_add of the file does.
  void Add(const Tensor& tensor, ByteRange range) {
    const auto from = static_cast<size_t>(range.begin);
    const auto size = static_cast<size_t>(range.end - range.begin);
    if (kind == CheckKind::kBits) {
      crc = Crc32(absl::MakeConstSpan(tensor.bytes()).subspan(from, size), crc);
      return;
    }
    element = InfoOf(tensor.dtype()).bits / 8;
    for (int64_t i = range.begin / element; i < range.end / element; ++i) {
      const bool minus = (count++ * kSignHash >> 31) != 0;
      const double x = tensor.At(i);
      if (!std::isfinite(x)) continue;
      sum += minus ? -x : x;
      magnitude += std::fabs(x);
    }
  }
};

std::string Shortened(std::string text) {
  if (text.size() <= kLongestNames) return text;
  return text.substr(0, kLongestNames - 3) + "...";
}

// `"conv_1", "Relu__5" (tc_conv2d_s8)`
std::string LayerName(const Module& module, const Node& node) {
  std::vector<std::string> kernels;
  for (const LoweredCall& lowered : module.lowering->calls.at(&node)) {
    if (lowered.kernel == nullptr) continue;
    std::string symbol(lowered.kernel->symbol);
    if (std::count(kernels.begin(), kernels.end(), symbol) == 0) {
      kernels.push_back(std::move(symbol));
    }
  }
  if (!node.regions().empty()) kernels = {std::string(node.op().name())};
  const std::string names = OriginNames(node);
  return absl::StrCat(
      Shortened(names.empty() ? CommentText(node.op().name()) : names), " (",
      Shortened(absl::StrJoin(kernels, ", ")), ")");
}

std::vector<Expected> ExpectedLayers(const Module& module,
                                     const std::vector<CheckedLayer>& layers,
                                     const ReferenceRun& run) {
  std::vector<Expected> rows;
  for (const CheckedLayer& layer : layers) {
    Expected row;
    row.name = absl::StrCat("layer ", rows.size() + 1, " ",
                            LayerName(module, *layer.node));
    row.kind = layer.kind;
    for (const Value* result : layer.results) {
      const Tensor& tensor = run.values.at(result);
      if (layer.rows.empty()) row.Add(tensor, {0, tensor.type().bytes()});
      for (const ByteRange& range : layer.rows) row.Add(tensor, range);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The outputs that can be compared; those that have no row are "".
std::vector<Expected> ExpectedOutputs(const CProgram& program,
                                      const std::vector<CheckKind>& kinds,
                                      const ReferenceRun& run) {
  std::vector<Expected> rows(kinds.size());
  for (size_t i = 0; i < kinds.size(); ++i) {
    const Tensor& tensor = run.outputs[i];
    if (kinds[i] == CheckKind::kNone || tensor.type().bytes() == 0) continue;
    rows[i].name = absl::StrCat(
        "output \"", Shortened(CommentText(program.outputs[i].value->name())),
        "\"");
    rows[i].kind = kinds[i];
    rows[i].Add(tensor, {0, tensor.type().bytes()});
  }
  return rows;
}

std::string RowText(const Expected& row, bool floats) {
  std::string text = absl::StrCat("{", StringLiteral(row.name),
                                  row.name.size() > 50 ? ",\n     " : ", ",
                                  absl::StrFormat("0x%08xu", row.crc));
  if (floats) {
    absl::StrAppend(&text, ", ", row.element, ", ",
                    absl::StrFormat("%a, %a", row.sum, row.magnitude));
  }
  return text + "},";
}

void WriteTable(CWriter& w, const std::string& name,
                const std::vector<Expected>& rows, bool floats) {
  w.Line(absl::StrCat("static const tc_expected ", name, "[", rows.size(),
                      "] = {"));
  for (const Expected& row : rows) {
    w.Line(absl::StrCat("    ", RowText(row, floats)));
  }
  w.Line("};");
}

// The input, and buffers for the outputs that are not in the arena.
std::string Buffers(const CProgram& program, const ReferenceRun& run) {
  CWriter w;
  for (size_t i = 0; i < program.inputs.size(); ++i) {
    const Value& input = *program.inputs[i].value;
    if (CCountOf(input.type()) == 0) continue;
    w.Line();
    w.Comment(absl::StrCat("Input `", CommentText(input.name()),
                           "`: ", ToString(input.type()), "."));
    w.Array(absl::StrCat("tc_in_", i), run.inputs[i]);
  }
  w.Line();
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const CTensor& output = program.outputs[i];
    if (program.io_in_arena || CCountOf(output.value->type()) == 0) continue;
    w.Line(absl::StrCat("static ", CTypeOf(output.value->type().dtype),
                        " tc_out_", i, "[", output.size, "];"));
  }
  return w.text();
}

// `const void *const inputs[1] = {tc_in_0};`, or a null pointer of that name.
std::string PointersText(const CProgram& program, bool outputs) {
  const std::vector<CTensor>& tensors =
      outputs ? program.outputs : program.inputs;
  const std::string type = outputs ? "void *const " : "const void *const ";
  const std::string name = outputs ? "outputs" : "inputs";
  if (tensors.empty()) {
    return absl::StrCat(type, "*const ", name, " = NULL;");
  }
  std::vector<std::string> pointers;
  for (size_t i = 0; i < tensors.size(); ++i) {
    pointers.push_back(CCountOf(tensors[i].value->type()) == 0 ? "NULL"
                       : outputs && program.io_in_arena
                           ? absl::StrCat(tensors[i].accessor, "(",
                                          program.caller_arena ? "arena" : "",
                                          ")")
                           : absl::StrCat(outputs ? "tc_out_" : "tc_in_", i));
  }
  return absl::StrCat(type, name, "[", tensors.size(), "] = {",
                      absl::StrJoin(pointers, ", "), "};");
}

// The calls that compare the outputs, and how many there are.
std::string CompareOutputs(const CProgram& program,
                           const std::vector<Expected>& rows) {
  CWriter w;
  w.Indent();
  size_t n = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name.empty()) continue;
    w.Call("wrong_outputs += tc_output_differs",
           {absl::StrCat("&tc_outputs[", n++, "]"),
            absl::StrCat("outputs[", i, "]"),
            absl::StrCat(program.outputs[i].value->type().bytes()),
            "first != 0", "print"});
  }
  return w.text();
}

// The statements of main.
std::string MainBody(const CProgram& program) {
  CWriter w;
  w.Indent();
  if (program.caller_arena) {
    w.Line(absl::StrCat("static uint8_t bytes[", program.macros,
                        "_ARENA_SIZE + ", program.arena_align, "u];"));
    w.Line("uint8_t *arena = bytes;");
    w.Line(absl::StrCat("while ((uintptr_t)arena % ", program.arena_align,
                        "u != 0) ++arena;"));
  }
  w.Line(absl::StrCat("return ", program.selftest, "(",
                      program.caller_arena ? "arena, " : "",
                      "tc_print) == 0 ? 0 : 1;"));
  return w.text();
}

std::string Counted(size_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

absl::StatusOr<OutputFile> EmitSelfTest(const Module& module,
                                        const EmitOptions& options,
                                        const ReferenceRun& run) {
  TINYC_ASSIGN_OR_RETURN(const CProgram program, BuildProgram(module, options));
  TINYC_ASSIGN_OR_RETURN(const CheckedLayers checked, LayersToCheck(module));
  if (checked.layers.empty()) {
    return Unimplemented(
        "the model has no layer that a self-test can compare: integers that "
        "are the same everywhere, or floats of 32 or 64 bits");
  }
  const std::vector<Expected> layers =
      ExpectedLayers(module, checked.layers, run);
  const std::vector<Expected> outputs =
      ExpectedOutputs(program, checked.outputs, run);
  std::vector<Expected> compared;
  for (const Expected& row : outputs) {
    if (!row.name.empty()) compared.push_back(row);
  }
  size_t longest = 0;
  bool floats = false;
  for (const std::vector<Expected>* rows :
       std::initializer_list<const std::vector<Expected>*>{&layers,
                                                           &compared}) {
    for (const Expected& row : *rows) {
      longest = std::max(longest, row.name.size());
      floats = floats || row.kind == CheckKind::kSum;
    }
  }

  CWriter tables;
  WriteTable(tables, "tc_layers", layers, floats);
  if (!compared.empty()) WriteTable(tables, "tc_outputs", compared, floats);
  const std::string buffers = Buffers(program, run);
  const size_t unchecked = checked.unchecked.size();
  const std::string arena_argument = program.caller_arena ? "arena" : "NULL";
  std::string agree = absl::StrCat(
      program.prefix, ": ", Counted(layers.size(), "layer"), " and ",
      Counted(compared.size(), "output"), " agree with the reference");
  if (unchecked > 0) {
    absl::StrAppend(&agree, ", ", Counted(unchecked, "layer"),
                    unchecked == 1 ? " is" : " are", " not compared");
  }
  CWriter about;
  about.Comment(
      absl::StrCat("Self-test of the model `", CommentText(module.name),
                   "`: runs ", program.stem,
                   ".c, compiled with TC_SELFTEST defined, on the input below "
                   "and compares every layer with the reference.  ",
                   program.stem, ".h describes its use."));
  CWriter signature;
  signature.Function(absl::StrCat("int ", program.selftest),
                     SelfTestParams(program));
  CWriter hook;
  hook.Function(absl::StrCat("void ", program.selftest, "_layer"),
                SelfTestHookParams());
  const std::string text = absl::StrReplaceAll(
      SelfTestText({.floats = floats, .outputs = !compared.empty()}),
      {{"@HEADER@", absl::StrCat(program.stem, ".h")},
       {"@SOURCE@", absl::StrCat(program.stem, ".c")},
       {"@ABOUT@", about.text()},
       {"@HOOK@", hook.text()},
       {"@ONLY_OUTPUT@", absl::StrCat(layers.size() + 1)},
       {"@MATH@", absl::StrContains(buffers, "INFINITY") ||
                          absl::StrContains(buffers, "NAN")
                      ? "#include <math.h>\n"
                      : ""},
       {"@BUFFERS@", buffers},
       {"@TABLES@", tables.text()},
       {"@LAYERS@", absl::StrCat(layers.size())},
       {"@LINE@", absl::StrCat(std::max<size_t>(longest, 60) + 80)},
       {"@SIGNATURE@", signature.text()},
       {"@INPUTS@", PointersText(program, false)},
       {"@OUTPUTS@", PointersText(program, true)},
       {"@COMPARE@", CompareOutputs(program, outputs)},
       {"@AGREE@", StringLiteral(agree)},
       {"@ARENA@", arena_argument},
       {"@PREFIX@", program.prefix},
       {"@NOTHING@", floats ? "{0, 0, 0}" : "{0}"},
       {"@CALL@", MainBody(program)}});
  return OutputFile{absl::StrCat(program.stem, "_selftest.c"), text};
}

}  // namespace tinyc
