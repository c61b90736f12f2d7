// SPDX-License-Identifier: Apache-2.0
// The self-test's hooks: after a layer, or a row of it, its result is shown to
// <prefix>_selftest_layer.  Without TC_SELFTEST they are nothing.
//
//   conv2d_s8_1(&conv_quant, x, conv_weight, conv_bias, (int8_t *)arena);
//   TC_LAYER_DONE(1, arena, 8000);
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/codegen/c_writer.h"
#include "compiler/codegen/program_builder.h"

namespace tinyc {
namespace {

constexpr absl::string_view kHook = "TC_LAYER_DONE";

}  // namespace

size_t ProgramBuilder::LayerNumber(const Frame& frame, const Node& node) const {
  if (&frame.module != &module_) return 0;
  const std::vector<CheckedLayer>& layers = checked_.layers;
  const auto layer = std::find_if(
      layers.begin(), layers.end(),
      [&](const CheckedLayer& candidate) { return candidate.node == &node; });
  return layer == layers.end()
             ? 0
             : static_cast<size_t>(layer - layers.begin()) + 1;
}

absl::Status ProgramBuilder::ShowResults(const Frame& frame, const Node& node) {
  const size_t number = LayerNumber(frame, node);
  if (number == 0) return absl::OkStatus();
  const CheckedLayer& layer = checked_.layers[number - 1];
  if (!layer.rows.empty()) return absl::OkStatus();
  for (const Value* result : layer.results) {
    TINYC_ASSIGN_OR_RETURN(const CPointer pointer, PointerTo(frame, *result));
    program_.steps.push_back(
        {CStep::Kind::kCall,
         "",
         std::string(kHook),
         {absl::StrCat(number), PointerText(pointer, "const void *"),
          absl::StrCat(result->type().bytes())}});
  }
  return absl::OkStatus();
}

void ProgramBuilder::ShowRow(const Frame& frame, const StreamText& text,
                             size_t n) {
  const size_t number = LayerNumber(frame, *text.stream->nodes[n]);
  if (number == 0 || checked_.layers[number - 1].rows.empty()) return;
  const RowCall& call = text.schedule->calls[n];
  program_.steps.push_back(
      {CStep::Kind::kCall,
       "",
       std::string(kHook),
       {absl::StrCat(number),
        absl::StrCat("tc_window_at(&", text.windows[n], ", ", text.row, ", ",
                     text.made, "[", n, "] + 1)"),
        text.strip.empty()
            ? absl::StrCat(call.row_bytes)
            : absl::StrCat(call.column_bytes(), " * ", text.Columns(n))}});
}

std::string SelfTestHook(const CProgram& program) {
  if (program.selftest.empty()) return "";
  CWriter w;
  w.Line();
  w.Comment("Of the self-test, which looks at each layer's result.");
  w.Line("#if defined(TC_SELFTEST)");
  w.Line(absl::StrCat("#define ", kHook, "(layer, result, bytes) \\"));
  w.Line(absl::StrCat("  ", program.selftest,
                      "_layer(layer, result, (uint32_t)(bytes))"));
  w.Line("#else");
  w.Line(absl::StrCat("#define ", kHook, "(layer, result, bytes) ((void)0)"));
  w.Line("#endif");
  return w.text();
}

}  // namespace tinyc
