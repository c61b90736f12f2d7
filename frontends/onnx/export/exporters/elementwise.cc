// SPDX-License-Identifier: Apache-2.0
// Operators whose operands are those of ONNX, and conversions.
#include "compiler/ops/cast.h"
#include "frontends/onnx/export/exporters.h"

namespace tinyc {
namespace {

std::vector<std::string> Inputs(ExportNode& node) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    inputs.push_back(node.Input(i));
  }
  return inputs;
}

}  // namespace

void ExportSame(ExportNode& node) { node.Result(node.type(), Inputs(node)); }

// On numbers, the operator of their bits: And, BitwiseAnd.
void ExportLogic(ExportNode& node) {
  const bool bits = node.InputType(0).dtype != DType::kBool;
  node.Result(absl::StrCat(bits ? "Bitwise" : "", node.type()), Inputs(node));
}

void ExportCast(ExportNode& node) {
  const Cast& op = node.As<Cast>();
  if (op.to == DType::kF8E8M0) {
    return node.Refuse(Unimplemented("operator set 21 does not know f8e8m0"));
  }
  std::vector<OnnxAttr> attrs = {{"to", int64_t{InfoOf(op.to).onnx}}};
  if (!op.saturate) attrs.push_back({"saturate", int64_t{0}});
  node.Result("Cast", Inputs(node), attrs);
}

void ExportFmod(ExportNode& node) {
  node.Result("Mod", Inputs(node), {{"fmod", int64_t{1}}});
}

void ExportShiftLeft(ExportNode& node) {
  node.Result("BitShift", Inputs(node), {{"direction", std::string("LEFT")}});
}

void ExportShiftRight(ExportNode& node) {
  node.Result("BitShift", Inputs(node), {{"direction", std::string("RIGHT")}});
}

}  // namespace tinyc
