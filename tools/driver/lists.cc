// SPDX-License-Identifier: Apache-2.0
#include "tools/driver/lists.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "compiler/ops/registry.h"
#include "compiler/targets/registry.h"
#include "frontends/onnx/operator_list.h"
#include "passes/pass.h"
#include "passes/pipelines.h"

namespace tinyc {
namespace {

absl::string_view Describe(Numbers numbers) {
  switch (numbers) {
    case Numbers::kExact:
      return "exact";
    case Numbers::kRounding:
      return "rounding";
    case Numbers::kLossy:
      return "lossy";
  }
  return "";
}

absl::string_view Describe(QuantRule::Kind kind) {
  switch (kind) {
    case QuantRule::Kind::kFloatOnly:
      return "no";
    case QuantRule::Kind::kSameScale:
      return "one scale for all";
    case QuantRule::Kind::kWeighted:
      return "products with constant weights";
    case QuantRule::Kind::kTable:
      return "a table of 256 entries";
    case QuantRule::Kind::kFree:
      return "a scale for each";
  }
  return "";
}

// "x, [bias], inputs..."
std::string Signature(const Op& op) {
  return absl::StrJoin(
      op.operands(), ", ", [](std::string* out, const Operand& operand) {
        const bool optional = operand.mode == Operand::Mode::kOptional;
        absl::StrAppend(out, optional ? "[" : "", operand.name,
                        optional ? "]" : "",
                        operand.mode == Operand::Mode::kVariadic ||
                                operand.mode == Operand::Mode::kAny
                            ? "..."
                            : "");
      });
}

std::string Describe(const OnnxOperator& row) {
  switch (row.way) {
    case OnnxOperator::Way::kNone:
      return "-";
    case OnnxOperator::Way::kRegular:
      return row.op;
    case OnnxOperator::Way::kImporter:
      return "importer";
    case OnnxOperator::Way::kDefinition:
      return "definition";
  }
  return "";
}

}  // namespace

std::string ListPasses() {
  std::string text;
  for (const Pass& pass : AllPasses()) {
    const std::string stages = absl::StrCat("[", AttrText(pass.from), "] -> [",
                                            AttrText(pass.to), "]");
    absl::StrAppendFormat(&text, "%-24s %-22s %-9s %s\n", pass.name, stages,
                          Describe(pass.numbers), pass.summary);
  }
  absl::StrAppend(&text, "\npresets:\n");
  for (const Preset& preset : AllPresets()) {
    absl::StrAppendFormat(&text, "%-24s %s\n%24s = %s\n", preset.name,
                          preset.summary, "", preset.text);
  }
  return text;
}

std::string ListTargets() {
  std::string text;
  for (const Target& target : AllTargets()) {
    absl::StrAppendFormat(&text, "%-16s %s\n", target.name, target.description);
  }
  return text;
}

std::string ListOnnx() {
  std::string text;
  for (const OnnxOperator& row : OnnxOperators()) {
    absl::StrAppendFormat(
        &text, "%-48s %-16s %s\n",
        row.domain.empty() ? row.type : absl::StrCat(row.domain, ".", row.type),
        row.versions.empty() ? "-" : absl::StrJoin(row.versions, ","),
        Describe(row));
  }
  return text;
}

std::string ListOps() {
  std::string text =
      "# Operators\n"
      "\n"
      "Printed by `tinyc-opt --list-ops`.  An operand in brackets may be "
      "absent, `...`\nstands for any number of operands; attributes stand with "
      "their defaults.\n"
      "\n"
      "| operator | attributes | in integers |\n"
      "|---|---|---|\n";
  for (const auto& [name, op] : OpRegistry::Get().ops()) {
    const std::string attrs = absl::StrJoin(
        op->AllAttrs(), ", ", [](std::string* out, const Op::NamedText& attr) {
          absl::StrAppend(out, attr.name, "=", attr.text);
        });
    absl::StrAppend(&text, "| `", name, "(", Signature(*op), ")` | ",
                    attrs.empty() ? "" : absl::StrCat("`", attrs, "`"), " | ",
                    Describe(op->Quantization().kind), " |\n");
  }
  return text;
}

}  // namespace tinyc
